import { type BinlogFilters, isLogged } from '@outbox-cdc/outbox/binlog-filters'
import type { ConnectorConfig } from '../connect/connect-api.ts'
import { captures } from '../settings/captured-tables.ts'
import type { Symptom } from '../source/symptom.ts'

/** The rows of a statement. */
export type Read = <Row>(sql: string) => Promise<readonly Row[]>

/** Whether the server writes the captured tables to its binlog, and keeps it for long enough. */
export async function examineBinlog(read: Read, config: ConnectorConfig): Promise<readonly Symptom[]> {
  return [...(await examineFilters(read, config)), await examineRetention(read)]
}

async function examineFilters(read: Read, config: ConnectorConfig): Promise<readonly Symptom[]> {
  const [filters] = await read<BinlogFilters>('SHOW BINARY LOG STATUS')
  if (filters === undefined || (filters.Binlog_Do_DB === '' && filters.Binlog_Ignore_DB === '')) return []
  const tables = await read<{ db: string; name: string }>(
    'SELECT table_schema AS db, table_name AS name FROM information_schema.tables'
  )
  const captured = new Set(tables.filter(({ db, name }) => captures(config, `${db}.${name}`)).map(({ db }) => db))
  const leftOut = [...captured].filter(database => !isLogged(database, filters))
  if (leftOut.length === 0) return [{ ok: true, what: "the server's binlog filters let the captured databases pass" }]
  const option = filters.Binlog_Do_DB === '' ? 'binlog-ignore-db' : 'binlog-do-db'
  const advice = `change ${option} of the server: no event of it is ever written`
  return [{ ok: false, what: `the server keeps ${leftOut.join(', ')} out of its binlog`, advice }]
}

const leastSeconds = 86_400

async function examineRetention(read: Read): Promise<Symptom> {
  const [server] = await read<{ expire: number; purges: number; home: string }>(
    'SELECT @@binlog_expire_logs_seconds expire, @@binlog_expire_logs_auto_purge purges, @@basedir home'
  )
  const { expire = 0, purges = 1, home = '' } = server ?? {}
  if (/\brdsdb/.test(home)) return examineRds(read)
  const kept = expire === 0 || purges === 0 ? undefined : expire
  const advice = 'longer than the longest outage of Connect: binlog_expire_logs_seconds'
  return keptFor(kept, advice)
}

/** RDS and Aurora purge by a setting of their own, whatever MySQL's variable says. */
async function examineRds(read: Read): Promise<Symptom> {
  const advice =
    "longer than the longest outage of Connect: CALL mysql.rds_set_configuration('binlog retention hours', 168)"
  const select = "SELECT value FROM mysql.rds_configuration WHERE name = 'binlog retention hours'"
  try {
    const [row] = await read<{ value: string | null }>(select)
    return keptFor(Number(row?.value ?? 0) * 3_600, advice)
  } catch {
    const what = "how long RDS keeps the binlog can't be read: by default only minutes"
    return { ok: false, what, advice: 'GRANT SELECT ON mysql.rds_configuration, or CALL mysql.rds_show_configuration' }
  }
}

function keptFor(seconds: number | undefined, advice: string): Symptom {
  if (seconds === 0) return { ok: false, what: 'binlog kept only until RDS purges it, after minutes', advice }
  const what = seconds === undefined ? 'binlog never purged' : `binlog kept for ${Math.round(seconds / 3_600)} h`
  return { ok: seconds === undefined || seconds >= leastSeconds, what, advice }
}
