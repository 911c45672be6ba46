import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { cpus, loadavg, release, totalmem } from 'node:os'
import { join } from 'node:path'
import { root } from '@outbox-cdc/pipeline'
import { nodeSettings } from '@outbox-cdc/stack/kafka-part'
import { serverSettings } from '@outbox-cdc/stack/mysql-part'
import type { RowDataPacket } from 'mysql2/promise'
import type { Lab } from './lab.ts'

/** What the figures were measured on and with. Each result file holds it. */
export type Machine = Host & {
  readonly versions: Readonly<Record<string, string>>
  readonly durability: Readonly<Record<string, string>>
  /** The settings of each engine beyond its defaults. Older results lack them. */
  readonly engines?: Readonly<Record<string, readonly string[]>>
}

export type Host = {
  readonly cpu: string
  readonly cores: number
  readonly memoryGb: number
  readonly system: string
  readonly commit: string
  /** The load average of the minute before anything was started. */
  readonly loadBefore: number
}

const mysqlVariables = [
  'innodb_flush_log_at_trx_commit',
  'sync_binlog',
  'innodb_doublewrite',
  'innodb_buffer_pool_size',
  'innodb_redo_log_capacity',
  'innodb_flush_method',
  'innodb_log_writer_threads',
  'binlog_format',
  'binlog_row_image',
  'binlog_group_commit_sync_delay',
  'gtid_mode',
  'max_connections'
]

const loadAtStart = loadavg()[0] ?? 0
const textOf = (file: string) => readFileSync(join(root, file), 'utf8')

export async function describeMachine(lab: Lab): Promise<Machine> {
  const list = mysqlVariables.map(name => `@@${name} AS ${name}`).join(', ')
  const [rows] = await lab.db.query<RowDataPacket[]>(`SELECT VERSION() AS version, ${list}`)
  const { version, ...durability }: Record<string, unknown> = rows[0] ?? {}
  const connect = (await (await fetch(lab.stack.connect.urls[0] ?? '')).json()) as { version: string }
  return {
    ...describeHost(),
    versions: {
      MySQL: String(version),
      Kafka: connect.version,
      Debezium: /<debezium.version>([^<]+)/.exec(textOf('packages/stack/engines/pom.xml'))?.[1] ?? 'unknown',
      Node: process.version
    },
    durability: {
      ...Object.fromEntries(Object.entries(durability).map(([name, value]) => [name, String(value)])),
      'Kafka acks': 'all',
      'Kafka brokers, replicas': '1, 1'
    },
    engines: engineSettings(lab)
  }
}

export function describeHost(): Host {
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    system: `${process.platform} ${release()}`,
    commit: commitOf(),
    loadBefore: loadAtStart
  }
}

/** The settings of each engine beyond its defaults, without addresses. `npm start` uses the same. */
function engineSettings({ stack }: Lab): Readonly<Record<string, readonly string[]>> {
  const node = { id: 1, port: 0, controllerPort: 0 }
  const assignments = (settings: object) => Object.entries(settings).map(([key, value]) => `${key}=${value}`)
  const broker = assignments(nodeSettings(node, [node], { listenOn: '127.0.0.1' })).filter(
    line => !/^[^=]*(listeners|voters)/.test(line)
  )
  const worker = textOf('connect-config/worker.properties')
    .split('\n')
    .filter(line => /^[a-z]/.test(line))
  return {
    mysqld: serverSettings,
    'Kafka broker': [...jvmOptions(stack.part('kafka-1').pid()), ...broker],
    'Connect worker': [...jvmOptions(stack.part('connect-1').pid()), ...worker],
    'orders-connector': assignments(JSON.parse(textOf('connect-config/orders-connector.json')) as object)
  }
}

/** Without the paths in them, which belong to one machine. */
function jvmOptions(pid: number | undefined): readonly string[] {
  const file = `/proc/${pid}/cmdline`
  if (!existsSync(file)) return []
  return readFileSync(file, 'utf8')
    .split('\0')
    .filter(argument => argument.startsWith('-X'))
    .map(argument => argument.replace(/=\/.*/, ''))
}

function commitOf(): string {
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', root, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  try {
    const changes = git('status', '--porcelain', '--', '.', ':!bench/results', ':!docs', ':!examples/*/docs', ':!*.md')
    return `${git('rev-parse', '--short', 'HEAD')}${changes === '' ? '' : ' with changes'}`
  } catch {
    return 'unknown'
  }
}
