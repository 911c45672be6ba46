import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Kafka, logLevel } from 'kafkajs'
import type { JavaEngine } from '../engines/java-engine.ts'
import { runTool } from '../engines/run-tool.ts'
import { javaArgs } from '../process/java-args.ts'
import { type Part, createPart } from '../process/part.ts'
import { type KafkaNode, brokerSettings } from './broker-settings.ts'

export type KafkaPartOptions = {
  readonly engine: JavaEngine
  readonly dir: string
  readonly node: KafkaNode
  readonly nodes: readonly KafkaNode[]
  readonly heapMb: number
  readonly logDir: string
  readonly runDir: string
}

/** One KRaft node, broker and controller in one process, on loopback. */
export async function createKafkaPart(options: KafkaPartOptions): Promise<Part> {
  const { engine, node } = options
  const name = `kafka-${node.id}`
  const dir = join(options.dir, name)
  const propertiesFile = join(dir, 'server.properties')
  await mkdir(dir, { recursive: true })
  await writeFile(propertiesFile, brokerProperties(options, join(dir, 'log')))
  if (!existsSync(join(dir, 'log', 'meta.properties'))) {
    const args = ['-cp', engine.classPath, 'kafka.tools.StorageTool', 'format', '--ignore-formatted']
    await runTool('java', [...args, '-t', await clusterId(options.dir), '-c', propertiesFile])
  }
  return createPart({
    name,
    command: 'java',
    args: [...javaArgs(engine, options.heapMb), 'kafka.Kafka', propertiesFile],
    logFile: join(options.logDir, `${name}.log`),
    runDir: options.runDir,
    answers: () => brokerAnswers(node.port)
  })
}

function brokerProperties({ node, nodes }: KafkaPartOptions, logDir: string): string {
  return Object.entries({ ...brokerSettings(node, nodes, '127.0.0.1'), 'log.dirs': logDir })
    .map(([key, value]) => `${key}=${value}\n`)
    .join('')
}

/** The cluster's id, chosen once and kept beside its data: 16 random bytes as URL-safe base64, as Kafka writes them. */
async function clusterId(dir: string): Promise<string> {
  const file = join(dir, 'cluster-id')
  await writeFile(file, randomBytes(16).toString('base64url').replace(/^-/, 'A'), { flag: 'wx' }).catch(() => undefined)
  return readFile(file, 'utf8')
}

/** Resolves when the broker at a port of this machine describes its cluster. */
export async function brokerAnswers(port: number): Promise<void> {
  const kafka = new Kafka({
    brokers: [`127.0.0.1:${port}`],
    connectionTimeout: 1_000,
    requestTimeout: 3_000,
    retry: { retries: 0 },
    logLevel: logLevel.NOTHING
  })
  const admin = kafka.admin()
  try {
    await admin.connect()
    await admin.describeCluster()
  } finally {
    await admin.disconnect()
  }
}
