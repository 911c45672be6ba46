import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Kafka, logLevel } from 'kafkajs'
import { runNode } from '@outbox-cdc/pipeline'
import { root } from '@outbox-cdc/pipeline'
import { eventually } from '../../support/eventually.ts'
import { runConnectctl } from '../harness/break.ts'
import type { Injected, Fault, FaultOptions } from '../harness/fault.ts'
import type { Lab } from '../harness/lab.ts'
import { countUnderWay } from '../oracle/collect-evidence.ts'

const name = 'orders-connector'
const healWithinMs = 20_000
const healedBy = 'the runbook'

/** Faults that need a person: the keeper names the cause, and the steps of docs/runbook.md heal it. */
export const runbook: readonly Fault[] = [
  {
    name: 'binlog-purged',
    title:
      'The binlog is purged while the connector is stopped; the runbook sets the offsets and sends the missing orders again',
    healWithinMs,
    healedBy,
    usesUpPipeline: true,
    inject: purgeBinlog
  },
  {
    name: 'schema-history-lost',
    title: 'The schema history topic is deleted and the connector restarted; the runbook rebuilds the history',
    healWithinMs,
    healedBy,
    inject: deleteSchemaHistory
  },
  {
    name: 'ddl-unparseable',
    title: 'MySQL runs DDL that Debezium cannot parse, under load; the runbook changes the parser',
    healWithinMs,
    healedBy,
    inject: runUnparseableDdl
  },
  {
    name: 'server-id-taken',
    title: 'Another reader takes the server id of the connector; the runbook removes that reader',
    healWithinMs,
    healedBy,
    inject: startSecondReader
  }
]

/** The fault counts as observed when the keeper logs its cause. */
export async function named(lab: Lab, cause: string, since: number): Promise<string | undefined> {
  const find = () => {
    const line = lab.pipeline.logs.slice(since).find(log => log.startsWith('keeper ') && log.includes(`"${cause}"`))
    if (line === undefined) throw new Error(`the keeper has not named ${cause}`)
    return `the keeper named ${cause}`
  }
  return eventually(find, { timeoutMs: 120_000 }).catch(() => undefined)
}

async function purgeBinlog(lab: Lab, { pauseWrites, load }: FaultOptions): Promise<Injected> {
  const { db, pipeline } = lab
  pauseWrites(true)
  await eventually(
    async () => {
      if ((await countUnderWay(lab)) > 0) throw new Error('events are still under way')
    },
    { timeoutMs: 120_000 }
  )
  await runConnectctl(lab, `stop ${name}`)
  // Only orders, because the ledger can't be sent again from its table.
  load.pause(false)
  await sleep(2_000)
  await db.raw('FLUSH BINARY LOGS')
  const [status] = (await db.raw('SHOW BINARY LOG STATUS')) as [{ File: string }[]]
  await db.raw('PURGE BINARY LOGS TO ?', [status[0]?.File ?? ''])
  const since = pipeline.logs.length
  await connect(lab, `PUT /connectors/${name}/resume`)
  const observed = await named(lab, 'binlog_purged', since)
  await runConnectctl(lab, `offsets set ${name} --to oldest --yes`)
  const causeOverAt = Date.now()
  pauseWrites(false)
  await eventually(() => requireFlow(lab), { timeoutMs: 120_000 })
  await sleep(12_000) // orders younger than ten seconds count as on their way
  await eventually(() => requireFlow(lab), { timeoutMs: 120_000 })
  const said = await runNode('scripts/republish-orders.ts', {
    MYSQL_URL: await lab.ordersUrl(),
    KAFKA_BROKERS: pipeline.stack.kafka.brokers.join()
  })
  const sent = said.trim().split('\n').at(-1)?.split(' ').length ?? 0
  return { observed: observed && `${observed}; ${sent} orders sent again`, causeOverAt }
}

/** As the runbook says: before the missing orders are sent again, the others must have arrived, or they are sent twice. */
async function requireFlow({ pipeline }: Lab): Promise<void> {
  const { status } = await fetch(`${pipeline.addresses['KEEPER_URL']}/health`)
  if (status !== 200) throw new Error(`the keeper's health is ${status}`)
}

async function deleteSchemaHistory(lab: Lab): Promise<Injected> {
  const admin = new Kafka({ brokers: [...lab.pipeline.stack.kafka.brokers], logLevel: logLevel.NOTHING }).admin()
  await admin.connect()
  await admin.deleteTopics({ topics: ['schema_changes.orders'] })
  await admin.disconnect()
  await sleep(1_000)
  const since = lab.pipeline.logs.length
  await connect(lab, `POST /connectors/${name}/restart?includeTasks=true`)
  const observed = await named(lab, 'schema_history_lost', since)
  const causeOverAt = Date.now()
  await runConnectctl(lab, `apply ${name} --rebuild-history`)
  return { observed, causeOverAt }
}

// MySQL accepts it, but Debezium 3.6.1's default parser does not.
const unparseable = `ALTER TABLE orders.connect_heartbeat ADD COLUMN note JSON,
  ADD COLUMN noted INT GENERATED ALWAYS AS (JSON_VALUE(note, '$.noted' RETURNING SIGNED)) VIRTUAL`

async function runUnparseableDdl(lab: Lab): Promise<Injected> {
  const since = lab.pipeline.logs.length
  await lab.db.raw(unparseable)
  const observed = await named(lab, 'ddl_unparseable', since)
  const dir = await mkdtemp(join(tmpdir(), 'connectctl-'))
  const config = JSON.parse(await readFile(join(root, `connect-config/${name}.json`), 'utf8')) as object
  await writeFile(join(dir, `${name}.json`), JSON.stringify({ ...config, 'ddl.parser.type': 'legacy' }))
  const causeOverAt = Date.now()
  await runConnectctl(lab, `apply ${name} --dir ${dir}`)
  await eventually(
    async () => {
      if ((await countUnderWay(lab)) > 100) throw new Error('it does not flow with the other parser')
    },
    { timeoutMs: 120_000 }
  )
  await lab.db.raw('ALTER TABLE orders.connect_heartbeat DROP COLUMN noted, DROP COLUMN note')
  await sleep(2_000)
  await runConnectctl(lab, `apply ${name} --rebuild-history`)
  await rm(dir, { recursive: true })
  return { observed, causeOverAt }
}

async function startSecondReader(lab: Lab): Promise<Injected> {
  const own = (await (await connect(lab, `GET /connectors/${name}/config`)).json()) as Record<string, string>
  const { name: _, ...config } = own
  const other = {
    ...config,
    'topic.prefix': 'other',
    'schema.history.internal.kafka.topic': 'schema_changes.other',
    'snapshot.mode': 'no_data'
  }
  const since = lab.pipeline.logs.length
  await connect(lab, 'PUT /connectors/other/config', other)
  const observed = await named(lab, 'server_id_taken', since)
  await runConnectctl(lab, 'delete other --yes')
  const causeOverAt = Date.now()
  await runConnectctl(lab, `restart ${name}`)
  return { observed, causeOverAt }
}

export function connect(lab: Lab, request: string, body?: object): Promise<Response> {
  const [method = '', path = ''] = request.split(' ')
  return fetch(`${lab.pipeline.stack.connect.urls[0]}${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) })
  })
}
