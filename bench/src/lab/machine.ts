import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { cpus, loadavg, release, totalmem } from 'node:os'
import { join } from 'node:path'
import type { RowDataPacket } from 'mysql2/promise'
import { root } from '@outbox-cdc/pipeline'
import { engineSettings } from './engine-settings.ts'
import type { Lab } from './lab.ts'

/** What the figures were measured on and with; it stands beside every one of them. */
export type Machine = {
  readonly cpu: string
  readonly cores: number
  readonly memoryGb: number
  readonly system: string
  readonly versions: Readonly<Record<string, string>>
  readonly durability: Readonly<Record<string, string>>
  /** What each engine is told beyond its defaults; results from before this was noted lack it. */
  readonly engines?: Readonly<Record<string, readonly string[]>>
  readonly commit: string
  /** Of the last minute, before anything was started. */
  readonly loadBefore: number
}

const settings = [
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

export async function describeMachine(lab: Lab): Promise<Machine> {
  const list = settings.map(name => `@@${name} AS ${name}`).join(', ')
  const [rows] = await lab.db.query<RowDataPacket[]>(`SELECT VERSION() AS version, ${list}`)
  const { version, ...durability }: Record<string, unknown> = rows[0] ?? {}
  const connect = (await (await fetch(lab.stack.connect.urls[0] ?? '')).json()) as { version: string }
  const pom = readFileSync(join(root, 'packages/stack/engines/pom.xml'), 'utf8')
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    system: `${process.platform} ${release()}`,
    versions: {
      MySQL: String(version),
      Kafka: connect.version,
      Debezium: /<debezium.version>([^<]+)/.exec(pom)?.[1] ?? '3.6',
      Node: process.version
    },
    durability: {
      ...Object.fromEntries(Object.entries(durability).map(([name, value]) => [name, String(value)])),
      'Kafka acks': 'all',
      'Kafka brokers, replicas': '1, 1'
    },
    engines: await engineSettings(lab),
    commit: commitOf(),
    loadBefore: loadAtStart
  }
}

function commitOf(): string {
  try {
    const git = (...args: string[]) => execFileSync('git', ['-C', root, ...args], { encoding: 'utf8' }).trim()
    return `${git('rev-parse', '--short', 'HEAD')}${git('status', '--porcelain', '--', '.', ':!bench/results', ':!docs') === '' ? '' : ' with changes'}`
  } catch {
    return 'unknown'
  }
}
