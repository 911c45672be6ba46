import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { StackError } from '../errors.ts'
import { type Progress, cachedEngine } from './cache.ts'
import { runTool } from './run-tool.ts'

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

/** The folder with Debezium's PostgreSQL connector, as a plugin for Connect. */
export async function fetchPostgresConnector(progress: Progress): Promise<string> {
  const step = 'fetch the PostgreSQL connector of Debezium 3.6.1 (25 MB, once)'
  const name = 'debezium-postgres-3.6.1'
  return join(await fetchByMaven({ pom: 'postgres-connector-pom.xml', name, step }, progress), 'plugins')
}

// Java compiles what runs often a second time, for long. On few cores that takes them from everyone for minutes (ADR 0032).
const compiler = availableParallelism() < 4 ? ['-XX:TieredStopAtLevel=1'] : []

/** The arguments that bound a JVM's memory and its compiler, and name its class path and log settings. */
export function javaArgs(engine: JavaEngine, heapMb: number): readonly string[] {
  return [
    '-Xms64m',
    `-Xmx${heapMb}m`,
    ...compiler,
    '-XX:+UseG1GC',
    '-XX:MaxGCPauseMillis=20',
    '-XX:+ExitOnOutOfMemoryError',
    '-Djava.awt.headless=true',
    `-Dlog4j2.configurationFile=${engine.logConfig}`,
    '-cp',
    engine.classPath
  ]
}

type MavenEngine = {
  /** A file in `engines`, in which versions stand; Maven checks each file's checksum. */
  readonly pom: string
  /** Readable beginning of the folder's name in the cache. */
  readonly name: string
  readonly step: string
}

const enginesFolder = join(import.meta.dirname, '../../engines')

/** The folder of an engine that a pom.xml fetches into `${engine.dir}`; another pom.xml makes another folder. */
export async function fetchByMaven({ pom, name, step }: MavenEngine, progress: Progress): Promise<string> {
  const file = join(enginesFolder, pom)
  const versions = createHash('sha256')
    .update(await readFile(file))
    .digest('hex')
    .slice(0, 12)
  return cachedEngine(`${name}-${versions}`, building => progress(step, () => runMaven(file, building)))
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
