import { join } from 'node:path'
import type { Progress } from '../progress.ts'
import { enginesFolder, fetchByMaven } from './maven-engine.ts'

/** Kafka, Connect and Debezium as jars. */
export type JavaEngine = {
  readonly classPath: string
  readonly pluginPath: string
  readonly jmxAgent: string
  readonly logConfig: string
}

export async function fetchJavaEngine(progress: Progress): Promise<JavaEngine> {
  const step = 'fetch Kafka 4.3.1, Connect and Debezium 3.6.1 (about 100 MB, once)'
  const dir = await fetchByMaven({ pom: 'pom.xml', name: 'kafka-4.3.1-debezium-3.6.1', step }, progress)
  return {
    classPath: join(dir, 'libs', '*'),
    pluginPath: join(dir, 'plugins'),
    jmxAgent: join(dir, 'agents', 'jmx-exporter.jar'),
    logConfig: join(enginesFolder, 'log4j2.yaml')
  }
}
