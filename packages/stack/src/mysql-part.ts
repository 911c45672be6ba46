import { existsSync, rmSync } from 'node:fs'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { createHash } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import mysql from 'mysql2/promise'
import { mysqlOptions } from '@outbox-cdc/outbox/security'
import { asRoot, makeMysqlData } from './engines/mysql-data.ts'
import type { MysqlEngine } from './engines/mysql-engine.ts'
import { type Part, createPart } from './process/part.ts'
import { mysqlTls, type StackSecurity } from './security/stack-security.ts'
import { mysqlUrl } from './server-urls.ts'

export type MysqlPartOptions = {
  readonly engine: MysqlEngine
  readonly dir: string
  readonly port: number
  readonly rootPassword: string
  readonly extraArgs: readonly string[]
  readonly security?: StackSecurity | undefined
  readonly nice?: number
}

/** A mysqld on loopback at full durability, with a row binlog and GTIDs as Debezium needs them. */
export async function createMysqlPart(options: MysqlPartOptions): Promise<Part> {
  const { engine, dir, port, rootPassword, extraArgs, security, nice = 0 } = options
  const folder = join(dir, 'mysql')
  const initFile = join(folder, 'init.sql')
  const socket = socketOf(folder)
  if (!existsSync(join(folder, 'data'))) await initialise(engine, folder)
  await writeFile(initFile, rootAccount(rootPassword), { mode: 0o600 })
  return createPart({
    name: 'mysql',
    dir,
    command: engine.command,
    args: [
      ...engine.args,
      ...asRoot(),
      `--datadir=${join(folder, 'data')}`,
      `--port=${port}`,
      `--socket=${socket}`,
      '--bind-address=127.0.0.1',
      '--secure-file-priv=',
      ...serverSettings,
      `--init-file=${initFile}`,
      ...(security === undefined ? [] : securedArgs(security)),
      ...extraArgs
    ],
    nice,
    // A killed mysqld leaves its pid there; the next one refuses to start if another process has that pid by then.
    beforeStart: () => rmSync(`${socket}.lock`, { force: true }),
    answers: () => mysqlAnswers(port, rootPassword, security && mysqlTls(security))
  })
}

/** Initialises another folder and renames it, so that an interrupted first start never leaves half a data folder. */
async function initialise(engine: MysqlEngine, dir: string): Promise<void> {
  const aside = join(dir, 'data.initialising')
  await rm(aside, { recursive: true, force: true })
  await mkdir(dir, { recursive: true, mode: 0o700 })
  await makeMysqlData(engine, aside)
  await rename(aside, join(dir, 'data'))
}

/** The settings of every MySQL of this pipeline: full durability, and a binlog that Debezium can read. */
export const serverSettings: readonly string[] = [
  '--mysqlx=OFF',
  '--server-id=1',
  '--log-bin=binlog',
  '--gtid-mode=ON',
  '--enforce-gtid-consistency=ON',
  '--binlog-row-image=FULL',
  '--binlog-expire-logs-seconds=604800',
  '--innodb-flush-log-at-trx-commit=1',
  '--sync-binlog=1',
  '--character-set-server=utf8mb4',
  '--default-time-zone=+00:00',
  '--log-timestamps=UTC',
  '--max-connections=400',
  '--innodb-buffer-pool-size=128M',
  // The Performance Schema takes 150 MB and nothing here reads it.
  '--performance-schema=OFF',
  // Saves memory: MySQL 9.7 keeps ten million rows for replicas, which nothing here has. Up to 9.4 this was the default.
  // https://dev.mysql.com/doc/relnotes/mysql/9.7/en/news-9-5-0.html
  '--binlog-transaction-dependency-history-size=25000'
]

/** Over TCP only with TLS. */
function securedArgs({ dir, caFile }: StackSecurity): readonly string[] {
  const pair = join(dir, 'mysql.pem')
  return ['--require-secure-transport=ON', `--ssl-ca=${caFile}`, `--ssl-cert=${pair}`, `--ssl-key=${pair}`]
}

/** The path of a Unix socket has a limit of 107 bytes, which a clone deep in the file system exceeds. */
function socketOf(dir: string): string {
  return join(tmpdir(), `outbox-cdc-${createHash('sha256').update(dir).digest('hex').slice(0, 16)}.sock`)
}

function rootAccount(password: string): string {
  const account = (host: string) =>
    `CREATE USER IF NOT EXISTS 'root'@'${host}'; ALTER USER 'root'@'${host}' IDENTIFIED BY '${password}'; GRANT ALL ON *.* TO 'root'@'${host}' WITH GRANT OPTION;\n`
  // Debezium should not see what an init file changes.
  return ['SET SESSION sql_log_bin = 0;\n', ...['localhost', '127.0.0.1'].map(account)].join('')
}

/** Resolves when MySQL at a port of this machine answers a query of root. */
export async function mysqlAnswers(port: number, password: string, tls?: string): Promise<void> {
  const url = mysqlUrl({ host: '127.0.0.1', port, rootPassword: password, tls })
  const connection = await mysql.createConnection({ ...mysqlOptions(url), connectTimeout: 2_000 })
  await connection.query({ sql: 'SELECT 1', timeout: 2_000 }).finally(() => connection.destroy())
}
