import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import mysql, { type Pool, type RowDataPacket } from 'mysql2/promise'
import { type Settings, type System, freePorts, loadSystem, root } from '@outbox-cdc/pipeline'
import { noPostgres, type Part, ownFolder } from '@outbox-cdc/stack'
import { findMysqlEngine, type MysqlEngine, mysqlTool } from '@outbox-cdc/stack/engines/mysql-engine'
import { type Engines, startEngines } from '@outbox-cdc/test-support/test-pipeline'

export type BinlogPosition = { readonly file: string; readonly position: number }

/** The engines as `npm start` starts them, on free ports and in an empty folder. */
export type Lab = Engines & {
  readonly binlogDir: string
  readonly mysqlbinlog: MysqlEngine
  /** Connected as root. */
  readonly db: Pool
  /** The processes that run now, by name. */
  readonly running: Map<string, Part>
  binlogPosition(): Promise<BinlogPosition>
  close(): Promise<void>
}

export async function startLab(): Promise<Lab> {
  const settings = await freeSettings()
  const engines = await startEngines(settings)
  const { host, port, rootPassword: password } = engines.stack.mysql
  const db = mysql.createPool({ host, port, user: 'root', password, connectionLimit: 8, multipleStatements: true })
  const running = new Map<string, Part>()
  return {
    ...engines,
    binlogDir: join(settings.dir, 'mysql/data'),
    mysqlbinlog: mysqlTool(await findMysqlEngine((_, work) => work()), 'mysqlbinlog'),
    db,
    running,
    binlogPosition: () => binlogPosition(db),
    async close() {
      await Promise.all([...running.values()].map(part => part.stop()))
      // A running query may block this, and the engines must stop anyway.
      await Promise.race([db.end(), sleep(2_000, undefined, { ref: false })])
      await engines.stop()
    }
  }
}

async function freeSettings(): Promise<Settings> {
  const dir = join(root, '.data/bench')
  // Ends the processes of a killed run, which would slow this one down.
  await ownFolder(join(dir, 'run'))
  await rm(dir, { recursive: true, force: true })
  await mkdir(dir, { recursive: true })
  const system = withPostgres(await loadSystem())
  return { system, dir, ports: await freePorts(system), brokers: 1, workers: 1 }
}

/** Beside MySQL, a PostgreSQL for the section about ways to write, where this machine has one. */
function withPostgres(system: System): System {
  if (noPostgres !== undefined) return system
  const accounts = { bench_owner: 'owner', debezium: 'capture' } as const
  return { ...system, databases: { ...system.databases, bench: { engine: 'postgres', accounts } } }
}

async function binlogPosition(db: Pool): Promise<BinlogPosition> {
  const [rows] = await db.query<RowDataPacket[]>('SHOW BINARY LOG STATUS')
  return { file: String(rows[0]?.['File']), position: Number(rows[0]?.['Position']) }
}

/** One number from one row. */
export async function askNumber(db: Pool, sql: string): Promise<number> {
  const [rows] = await db.query<RowDataPacket[]>(sql)
  return Number(Object.values(rows[0] ?? {})[0] ?? 0)
}
