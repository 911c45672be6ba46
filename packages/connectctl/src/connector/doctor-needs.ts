import type { Connection } from 'mysql2/promise'
import type { ConnectorConfig } from '../connect/connect-api.ts'
import { captures } from '../settings/captured-tables.ts'
import { describesTables, namedTables } from '../settings/named-tables.ts'
import type { Environment } from '../settings/secrets.ts'
import type { ConnectorFile } from './connector-file.ts'
import type { ComplaintOf } from './connect-log.ts'
import type { Symptom } from './symptom.ts'
import { brokersOf } from './kafka.ts'
import { createThem, missingTopics } from './missing-topics.ts'
import { rowsOf } from './source-database.ts'

type Symptoms = Promise<readonly Symptom[]>

/** Whether the captured tables exist, as far as the account can see. */
export async function examineTables(connection: Connection, config: ConnectorConfig): Symptoms {
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
export async function examineLocks(connection: Connection, config: ConnectorConfig): Symptoms {
  if (config['snapshot.locking.mode'] === 'none') return []
  const grants = (await rowsOf<Record<string, string>>(connection, 'SHOW GRANTS')).flatMap(Object.values).join('\n')
  const ok = /ALL PRIVILEGES ON \*\.\*/.test(grants) || (/\bRELOAD\b/.test(grants) && /\bLOCK TABLES\b/.test(grants))
  const advice = 'set snapshot.locking.mode=none, or GRANT RELOAD, LOCK TABLES ON *.* TO the account'
  return [{ ok, what: 'grants RELOAD and LOCK TABLES, for the locks of the first start', advice }]
}

export async function examineTopics(config: ConnectorConfig, environment: Environment): Symptoms {
  const missing = await missingTopics(config, brokersOf(config, environment))
  const which = describesTables(config) === undefined ? 'that it writes' : 'that its settings name'
  if (missing.length === 0) return [{ ok: true, what: `the topics ${which} exist, or are created` }]
  return [{ ok: false, what: `no topic ${missing.join(', ')}`, advice: createThem }]
}

/** Complaints of the producer: while they last, no event reaches Kafka, and the task says RUNNING. */
export async function examineLog({ name }: ConnectorFile, watched: Promise<ComplaintOf>): Symptoms {
  const complaint = (await watched)(`connector-producer-${name}-`)
  return complaint === undefined ? [] : [{ ok: false, what: `Connect's log says: ${complaint}` }]
}
