import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Progress } from '../progress.ts'
import { StackError } from '../errors.ts'
import { cachedEngine } from './cache.ts'
import { runTool } from './run-tool.ts'

/** Kafka, Connect and Debezium as jars. Versions stand in engines/pom.xml; Maven checks each file's checksum. */
export type JavaEngine = {
  readonly classPath: string
  readonly pluginPath: string
  readonly jmxAgent: string
  readonly logConfig: string
}

const settings = join(import.meta.dirname, '../../engines')

export async function fetchJavaEngine(progress: Progress): Promise<JavaEngine> {
  const pom = join(settings, 'pom.xml')
  const versions = createHash('sha256')
    .update(await readFile(pom))
    .digest('hex')
    .slice(0, 12)
  const dir = await cachedEngine(`kafka-4.3.1-debezium-3.6.1-${versions}`, building =>
    progress('fetch Kafka 4.3.1, Connect and Debezium 3.6.1 (about 100 MB, once)', () => runMaven(pom, building))
  )
  return {
    classPath: join(dir, 'libs', '*'),
    pluginPath: join(dir, 'plugins'),
    jmxAgent: join(dir, 'agents', 'jmx-exporter.jar'),
    logConfig: join(settings, 'log4j2.yaml')
  }
}

async function runMaven(pom: string, building: string): Promise<void> {
  const args = ['-q', '-B', '-C', '-f', pom, 'generate-resources', `-Dengine.dir=${building}`]
  await runTool('mvn', args).catch(error => {
    const advice =
      'Install Maven 3.8 or newer (Debian, Ubuntu: apt-get install maven), or check the network, and start again.'
    throw new StackError('ENGINE_MISSING', `The Java engines could not be fetched. ${error.message} ${advice}`, {
      cause: error
    })
  })
}
