import type { Connection } from 'mysql2/promise'
import type { ConnectApi, ConnectorConfig, ConnectorOffsets } from '../connect/connect-api.ts'
import { pathOf } from '../connect/connector-states.ts'
import { binlogsOf } from './binlog-events.ts'
import { hasRun, purgedAfter } from './binlog-position.ts'
import type { Environment } from '../settings/secrets.ts'
import type { ComplaintOf } from './connect-log.ts'
import type { ConnectorFile } from './connector-file.ts'
import { examineBinlog } from './doctor-binlog.ts'
import { examineLocks, examineLog, examineTables, examineTopics } from './doctor-needs.ts'
import { brokersOf } from './kafka.ts'
import { inspectSchemaHistory, remedy } from './schema-history.ts'
import { rowsOf, withSourceDatabase } from './source-database.ts'
import type { Symptom } from './symptom.ts'

type Symptoms = Promise<readonly Symptom[]>

type Surroundings = { readonly environment: Environment; readonly complaints: Promise<ComplaintOf> }

/** Checks everything that a connector needs, and says for each whether it is right and what to do if it isn't. */
export async function examine(api: ConnectApi, file: ConnectorFile, around: Surroundings): Symptoms {
  const { config } = file
  const { environment, complaints } = around
  const asked = (ask: (connection: Connection) => Symptoms) => withSourceDatabase(config, environment, ask)
  const groups = await Promise.all([
    tried('Kafka Connect', examineWorker(api, config)),
    tried('MySQL', asked(examineMysql)),
    tried(
      'the binlog',
      asked(connection => examineBinlog(sql => rowsOf(connection, sql), config))
    ),
    tried(
      'what it captures',
      asked(connection => examineTables(connection, config))
    ),
    tried(
      'the locks',
      asked(connection => examineLocks(connection, config))
    ),
    tried('the topics', examineTopics(config, environment)),
    tried("Connect's log", examineLog(file, complaints)),
    tried('the stored offset', examineOffset(api, file, environment)),
    tried('the schema history', examineHistory(config, environment))
  ])
  return groups.flat()
}

function tried(what: string, looked: Symptoms): Symptoms {
  return looked.catch(error => [{ ok: false, what: `${what} cannot be checked: ${(error as Error).message}` }])
}

function symptom(ok: boolean, what: string, advice: string): Symptom {
  return { ok, what, advice }
}

async function examineWorker(api: ConnectApi, { 'connector.class': wanted }: ConnectorConfig): Symptoms {
  const { version } = await api.request<{ version: string }>('GET', '/')
  const plugins = await api.request<{ class: string; version: string }[]>('GET', '/connector-plugins')
  const plugin = plugins.find(each => each.class === wanted)
  const found = plugin === undefined ? `no plugin ${wanted}` : `plugin ${plugin.class} ${plugin.version}`
  return [
    { ok: true, what: `Kafka Connect ${version} answers at ${api.url}` },
    symptom(plugin !== undefined, found, "put the connector's jars on plugin.path")
  ]
}

async function examineMysql(connection: Connection): Symptoms {
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

async function examineOffset(api: ConnectApi, { name, config }: ConnectorFile, environment: Environment): Symptoms {
  type Stored = ConnectorOffsets | undefined
  const stored = await api.request<Stored>('GET', pathOf(name, '/offsets'), { orMissing: true })
  const { file, gtids = '' } = stored?.offsets[0]?.offset ?? {}
  if (typeof file !== 'string') return [symptom(false, 'no stored offset', 'connectctl apply')]
  return withSourceDatabase(config, environment, connection => examinePlace(connection, file, String(gtids)))
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

async function examineHistory(config: ConnectorConfig, environment: Environment): Symptoms {
  const { topic, exists, forgets } = await inspectSchemaHistory(config, brokersOf(config, environment))
  if (!exists) return [symptom(false, `no topic ${topic}`, 'docs/runbook.md#schema-history-lost')]
  if (forgets.length === 0) return [{ ok: true, what: `${topic} never deletes its records` }]
  return [symptom(false, `${topic} has ${forgets.join(', ')}`, remedy)]
}
