import type { Connection } from 'mysql2/promise'
import type { ConnectApi, ConnectorConfig, ConnectorOffsets } from '../connect/connect-api.ts'
import { pathOf } from '../connect/connector-states.ts'
import { binlogsOf } from './binlog-position.ts'
import type { Environment } from '../settings/secret-references.ts'
import type { ConnectorFile } from './connector-file.ts'
import { brokersOf } from './kafka.ts'
import { inspectSchemaHistory } from './schema-history.ts'
import { rowsOf, withSourceDatabase } from './source-database.ts'

export type Symptom = { readonly ok: boolean; readonly what: string; readonly advice?: string }

/** Checks everything that a connector needs, and says for each whether it is right and what to do if it isn't. */
export async function examine(
  api: ConnectApi,
  file: ConnectorFile,
  environment: Environment
): Promise<readonly Symptom[]> {
  const groups = await Promise.all([
    tried('Kafka Connect', () => examineWorker(api, file.config)),
    tried('MySQL', () => withSourceDatabase(file.config, environment, examineMysql)),
    tried('the stored offset', () => examineOffset(api, file, environment)),
    tried('the schema history', () => examineHistory(file.config, environment))
  ])
  return groups.flat()
}

function tried(what: string, look: () => Promise<readonly Symptom[]>): Promise<readonly Symptom[]> {
  return look().catch(error => [{ ok: false, what: `${what} cannot be checked: ${(error as Error).message}` }])
}

async function examineWorker(api: ConnectApi, config: ConnectorConfig): Promise<readonly Symptom[]> {
  const { version } = await api.request<{ version: string }>('GET', '/')
  const plugins = await api.request<{ class: string; version: string }[]>('GET', '/connector-plugins')
  const plugin = plugins.find(each => each.class === config['connector.class'])
  return [
    { ok: true, what: `Kafka Connect ${version} answers at ${api.url}` },
    plugin
      ? { ok: true, what: `plugin ${plugin.class} ${plugin.version}` }
      : { ok: false, what: `no plugin ${config['connector.class']}`, advice: "put the connector's jars on plugin.path" }
  ]
}

async function examineMysql(connection: Connection): Promise<readonly Symptom[]> {
  type Variables = { log_bin: number; format: string; image: string; gtid: string; expire: number }
  const [variables] = await rowsOf<Variables>(
    connection,
    'SELECT @@log_bin log_bin, @@binlog_format format, @@binlog_row_image image, @@gtid_mode gtid, @@binlog_expire_logs_seconds expire'
  )
  const grants = (await rowsOf<Record<string, string>>(connection, 'SHOW GRANTS')).flatMap(Object.values).join('\n')
  const has = (privilege: string) => grants.includes('ALL PRIVILEGES ON *.*') || grants.includes(privilege)
  const { log_bin = 0, format = '', image = '', gtid = '', expire = 0 } = variables ?? {}
  const kept = expire === 0 ? 'ever' : `${Math.round(expire / 3_600)} h`
  const longEnough = 'longer than the longest outage of Connect: binlog_expire_logs_seconds'
  const needs: readonly (readonly [ok: boolean, what: string, advice: string])[] = [
    [log_bin === 1, `binlog ${log_bin === 1 ? 'on' : 'off'}`, 'start mysqld with --log-bin'],
    [format === 'ROW' && image === 'FULL', `binlog format ${format}, image ${image}`, 'ROW and FULL'],
    [gtid === 'ON', `gtid_mode ${gtid}`, 'ON lets the connector follow a failover'],
    [expire === 0 || expire >= 86_400, `binlog kept for ${kept}`, longEnough],
    ...['REPLICATION SLAVE', 'REPLICATION CLIENT', 'SELECT'].map(privilege => {
      const on = privilege === 'SELECT' ? 'the captured tables' : '*.*'
      return [has(privilege), `grant ${privilege}`, `GRANT ${privilege} ON ${on} TO the connector's account`] as const
    })
  ]
  return needs.map(([ok, what, advice]) => ({ ok, what, advice }))
}

async function examineOffset(
  api: ConnectApi,
  file: ConnectorFile,
  environment: Environment
): Promise<readonly Symptom[]> {
  const stored = await api.request<ConnectorOffsets | undefined>('GET', pathOf(file.name, '/offsets'), {
    orMissing: true
  })
  const binlog = stored?.offsets[0]?.offset?.['file']
  if (typeof binlog !== 'string') return [{ ok: false, what: 'no stored offset', advice: 'connectctl apply' }]
  const kept = await withSourceDatabase(file.config, environment, binlogsOf)
  const place = kept.indexOf(binlog)
  if (place >= 0)
    return [{ ok: true, what: `reads in ${binlog}, ${kept.length - place - 1} file(s) behind the newest` }]
  const what = `the connector reads in ${binlog}, which MySQL has purged`
  return [{ ok: false, what, advice: 'docs/runbook.md#binlog-purged' }]
}

async function examineHistory(config: ConnectorConfig, environment: Environment): Promise<readonly Symptom[]> {
  const { topic, exists, forgets } = await inspectSchemaHistory(config, brokersOf(config, environment))
  if (!exists) return [{ ok: false, what: `no topic ${topic}`, advice: 'docs/runbook.md#schema-history-lost' }]
  if (forgets.length === 0) return [{ ok: true, what: `${topic} never deletes its records` }]
  const advice = 'set retention.ms and retention.bytes to -1, cleanup.policy to delete'
  return [{ ok: false, what: `${topic} has ${forgets.join(', ')}`, advice }]
}
