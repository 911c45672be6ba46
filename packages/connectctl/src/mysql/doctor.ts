import type { Connection } from 'mysql2/promise'
import type { ConnectorConfig } from '../connect/connect-api.ts'
import { kafkaOf } from '../kafka/kafka.ts'
import { inspectSchemaHistory, remedy } from '../kafka/schema-history.ts'
import { loginSymptom, type Symptom, symptom } from '../source/symptom.ts'
import { captures } from '../settings/captured-tables.ts'
import { namedTables } from '../settings/named-tables.ts'
import type { Environment } from '../settings/secrets.ts'
import { type Examination, notYetReadMark, type ReadOffsets } from '../source/source.ts'
import { binlogsOf } from './binlog-events.ts'
import { hasRun, purgedAfter } from './binlog-position.ts'
import { rowsOf, withSourceDatabase } from './connection.ts'
import { examineBinlog } from './doctor-binlog.ts'

type Symptoms = Promise<readonly Symptom[]>

/** What a connector needs of MySQL. */
export function examineMysql(
  config: ConnectorConfig,
  environment: Environment,
  stored: ReadOffsets
): readonly Examination[] {
  const asked = (ask: (connection: Connection) => Symptoms) => () => withSourceDatabase(config, environment, ask)
  return [
    ['the login to MySQL', asked(connection => examineLogin(connection, config))],
    ['MySQL', asked(examineServer)],
    ['the binlog', asked(connection => examineBinlog(sql => rowsOf(connection, sql), config))],
    ['what it captures', asked(connection => examineTables(connection, config))],
    ['the locks', asked(connection => examineLocks(connection, config))],
    ['the stored offset', asked(connection => examineOffset(connection, stored))],
    ['the schema history', () => examineHistory(config, environment, stored)]
  ]
}

async function examineLogin(connection: Connection, config: ConnectorConfig): Symptoms {
  const [status] = await rowsOf<{ Value: string }>(connection, "SHOW SESSION STATUS LIKE 'Ssl_version'")
  return [loginSymptom('MySQL', status?.Value ?? '', `database.ssl.mode ${config['database.ssl.mode'] ?? 'preferred'}`)]
}

async function examineServer(connection: Connection): Symptoms {
  type Variables = { log_bin: number; format: string; image: string; gtid: string }
  const [variables] = await rowsOf<Variables>(
    connection,
    'SELECT @@log_bin log_bin, @@binlog_format format, @@binlog_row_image image, @@gtid_mode gtid'
  )
  const grants = (await rowsOf<Record<string, string>>(connection, 'SHOW GRANTS')).flatMap(Object.values).join('\n')
  const has = (privilege: string) => grants.includes('ALL PRIVILEGES ON *.*') || grants.includes(privilege)
  const { log_bin = 0, format = '', image = '', gtid = '' } = variables ?? {}
  const grant = (privilege: string, on: string) =>
    symptom(has(privilege), `grant ${privilege}`, `GRANT ${privilege} ON ${on} TO the connector's account`)
  return [
    symptom(log_bin === 1, `binlog ${log_bin === 1 ? 'on' : 'off'}`, 'start mysqld with --log-bin'),
    symptom(format === 'ROW' && image === 'FULL', `binlog format ${format}, image ${image}`, 'ROW and FULL'),
    symptom(gtid === 'ON', `gtid_mode ${gtid}`, 'ON lets the connector follow a failover'),
    grant('REPLICATION SLAVE', '*.*'),
    grant('REPLICATION CLIENT', '*.*'),
    grant('SELECT', 'the captured tables')
  ]
}

async function examineOffset(connection: Connection, stored: ReadOffsets): Symptoms {
  const { file, gtids = '' } = (await stored())?.offsets[0]?.offset ?? {}
  if (typeof file !== 'string') return [symptom(false, 'no stored offset', 'connectctl apply')]
  return examinePlace(connection, file, String(gtids))
}

async function examinePlace(connection: Connection, file: string, gtidSet: string): Symptoms {
  if (gtidSet !== '' && !(await hasRun(connection, gtidSet)))
    return [symptom(false, 'it has read transactions that this MySQL never ran', 'docs/runbook.md#gtids-unknown')]
  const purged = await purgedAfter(connection, { file, position: 0, gtidSet })
  if (purged !== '')
    return [symptom(false, `MySQL has purged ${purged}, which it has yet to read`, 'docs/runbook.md#binlog-purged')]
  const kept = await binlogsOf(connection)
  const behind = kept.length - kept.indexOf(file) - 1
  return [{ ok: true, what: `reads in ${file}${kept.includes(file) ? `, ${behind} file(s) behind the newest` : ''}` }]
}

/** Whether the captured tables exist, as far as the account can see. */
async function examineTables(connection: Connection, config: ConnectorConfig): Symptoms {
  const select = "SELECT CONCAT(table_schema, '.', table_name) AS name FROM information_schema.tables"
  const visible = (await rowsOf<{ name: string }>(connection, select)).map(({ name }) => name)
  const captured = visible.filter(name => captures(config, name))
  const absent = namedTables(config)
    .filter(table => !table.endsWith('.connect_heartbeat')) // the keeper creates it
    .filter(table => !captured.some(name => name.toLowerCase() === table.toLowerCase()))
  const account = config['database.user'] ?? ''
  if (absent.length === 0 && captured.length > 0) return [{ ok: true, what: `captures ${captured.join(', ')}` }]
  const what = `captures ${absent.join(', ') || 'a table'} that does not exist, or that ${account} cannot see`
  return [{ ok: false, what, advice: 'table.include.list takes DATABASE.TABLE; the account needs SELECT on it' }]
}

/** Locking the tables takes grants that streaming doesn't. */
async function examineLocks(connection: Connection, config: ConnectorConfig): Symptoms {
  if (config['snapshot.locking.mode'] === 'none') return []
  const grants = (await rowsOf<Record<string, string>>(connection, 'SHOW GRANTS')).flatMap(Object.values).join('\n')
  const ok = /ALL PRIVILEGES ON \*\.\*/.test(grants) || (/\bRELOAD\b/.test(grants) && /\bLOCK TABLES\b/.test(grants))
  const advice = 'set snapshot.locking.mode=none, or GRANT RELOAD, LOCK TABLES ON *.* TO the account'
  return [{ ok, what: 'grants RELOAD and LOCK TABLES, for the locks of the first start', advice }]
}

async function examineHistory(config: ConnectorConfig, environment: Environment, stored: ReadOffsets): Symptoms {
  const { topic, exists, forgets } = await inspectSchemaHistory(config, kafkaOf(config, environment))
  if (!exists) {
    // The first start makes it.
    const { offset } = (await stored())?.offsets[0] ?? {}
    const hasRun = offset != null && !(notYetReadMark in offset)
    if (!hasRun) return [symptom(false, `no topic ${topic} yet: the connector has never run`, 'connectctl apply')]
    return [symptom(false, `no topic ${topic}`, 'docs/runbook.md#schema-history-lost')]
  }
  if (forgets.length === 0) return [{ ok: true, what: `${topic} never deletes its records` }]
  return [symptom(false, `${topic} has ${forgets.join(', ')}`, remedy)]
}
