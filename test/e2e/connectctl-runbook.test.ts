import { randomBytes, randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { run } from '@outbox-cdc/connectctl'
import { Kafka, logLevel } from 'kafkajs'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { loadSystem, connectSecrets, runNode, urlFor } from '@outbox-cdc/pipeline'
import { type ConnectorLab, startConnectorLab } from '../support/connector-lab.ts'
import { eventually } from '../support/eventually.ts'
import { tempFolder } from '../support/temp-folder.ts'

// Each cause in docs/runbook.md happens, the keeper names it, and the steps of its page heal it.

const name = 'orders-connector'
const configDir = join(import.meta.dirname, '../../connect-config')
// MySQL takes it, Debezium 3.6.1's default parser does not.
const unparseable = `ALTER TABLE connect_heartbeat ADD COLUMN note JSON,
  ADD COLUMN noted INT GENERATED ALWAYS AS (JSON_VALUE(note, '$.noted' RETURNING SIGNED)) VIRTUAL`
// Neither parser takes it: the first fails on RETURNING, the legacy one on the fraction of DATETIME.
const unparseableByBoth = `${unparseable},
  ADD COLUMN sent DATETIME(6) GENERATED ALWAYS AS (CAST(sent_ms AS DATETIME(6))) VIRTUAL`
const figures: string[] = []
let lab: ConnectorLab

beforeAll(async () => {
  lab = await startConnectorLab()
  await lab.untilFlowing()
})
afterEach(async () => {
  await lab.untilFlowing()
  await lab.expectNoneMissing()
})
afterAll(async () => {
  console.log(figures.join('\n'))
  await lab?.close()
})

/** Runs a command of the runbook. */
async function connectctl(command: string): Promise<string> {
  const { code, said } = await typed(command)
  expect(`${code} ${said}`).toMatch(/^0 /)
  return said
}

async function typed(command: string): Promise<{ readonly code: number; readonly said: string }> {
  const said: string[] = []
  const say = (text: string) => void said.push(text)
  const environment = { ...lab.addresses, CONNECT_DIR: configDir }
  const code = await run(command.split(' '), {
    environment,
    write: say,
    note: say,
    confirm: () => Promise.resolve(false),
    colour: false,
    untilStopped: () => Promise.resolve()
  })
  return { code, said: said.join('\n') }
}

/** The connector's file in a folder of its own, with settings that a page of the runbook adds for a while. */
async function folderWith(settings: Readonly<Record<string, string>>): Promise<string> {
  const dir = await tempFolder('connectctl')
  const config = JSON.parse(await readFile(join(configDir, `${name}.json`), 'utf8')) as object
  await writeFile(join(dir, `${name}.json`), JSON.stringify({ ...config, ...settings }))
  return dir
}

async function named(cause: string, since: number): Promise<void> {
  await eventually(
    () => {
      const lines = lab.keeper.log.filter(
        ({ level, fields, at }) => level === 'error' && fields['cause'] === cause && at >= since
      )
      expect(lines.length, JSON.stringify(lab.keeper.watched())).toBe(1)
    },
    { timeoutMs: 30_000 }
  )
  figures.push(`${cause}: named after ${((Date.now() - since) / 1000).toFixed(1)} s`)
}

async function restartQuietly(): Promise<void> {
  await lab.api.request('POST', `/connectors/${name}/restart?includeTasks=true`)
}

/** Runs a statement of which Debezium never hears. */
async function withoutBinlog(statement: string): Promise<void> {
  const connection = await lab.db.client.acquireConnection()
  try {
    for (const sql of ['SET SESSION sql_log_bin = 0', statement, 'SET SESSION sql_log_bin = 1'])
      await lab.db.raw(sql).connection(connection)
  } finally {
    await lab.db.client.releaseConnection(connection)
  }
}

/** A record that republish-orders has to skip. */
async function plantUnreadable(): Promise<void> {
  const producer = new Kafka({ brokers: [...lab.stack.kafka.brokers], logLevel: logLevel.NOTHING }).producer()
  await producer.connect()
  const messages = [{ key: null, value: 'this is not JSON', headers: { planted: 'yes' } }]
  await producer.send({ topic: 'orders_server.orders.outbox', messages })
  await producer.disconnect()
}

it.each([
  ['position_invalid', 'that has no GTIDs', { file: 'binlog.000001', pos: 4 }],
  ['gtids_unknown', 'of another server', { file: 'binlog.000001', pos: 4, gtids: `${randomUUID()}:1-5` }]
])('%s: names an offset %s, and begins at the oldest binlog', async (cause, _which, offset) => {
  await lab.placeOrders(20)
  const folder = await tempFolder('connectctl')
  const path = join(folder, 'offsets.json')
  await writeFile(path, JSON.stringify({ offsets: [{ partition: { server: 'orders_server' }, offset }] }))
  const since = Date.now()
  await typed(`--timeout 5 offsets set ${name} --file ${path} --yes`)
  await lab.placeOrders(20)
  await named(cause, since)
  await connectctl(`offsets set ${name} --to oldest --yes`)
})

it('binlog purged: names it, and sends again what the purge swallowed', async () => {
  await lab.placeOrders(20)
  await lab.expectNoneMissing()
  await plantUnreadable()
  await connectctl(`stop ${name}`)
  await lab.placeOrders(30)
  await lab.db.raw('FLUSH BINARY LOGS')
  const [status] = (await lab.db.raw('SHOW BINARY LOG STATUS')) as [{ File: string }[]]
  await lab.db.raw('PURGE BINARY LOGS TO ?', [status[0]?.File ?? ''])
  await lab.placeOrders(10)
  const since = Date.now()
  await lab.api.request('PUT', `/connectors/${name}/resume`)
  await named('binlog_purged', since)

  const refused = await typed(`offsets set ${name} --to recorded --yes`)
  expect(refused.said).toContain('MySQL no longer keeps its binlog')
  expect(refused.code).not.toBe(0)
  await connectctl(`offsets set ${name} --to oldest --yes`)
  await lab.untilFlowing()
  await sleep(10_000) // orders younger than ten seconds count as on their way
  const url = await urlFor('order_service', 'orders', { ...lab, system: await loadSystem() })
  const said = await runNode('scripts/republish-orders.ts', {
    MYSQL_URL: url,
    KAFKA_BROKERS: lab.stack.kafka.brokers.join()
  })
  expect(said).toContain('30 missing and sent again')
})

it('schema history lost: names it, and rebuilds it from the tables', async () => {
  const admin = new Kafka({ brokers: [...lab.stack.kafka.brokers], logLevel: logLevel.NOTHING }).admin()
  await admin.connect()
  await admin.deleteTopics({ topics: ['schema_changes.orders'] })
  await admin.disconnect()
  await sleep(1_000)
  const since = Date.now()
  await restartQuietly()
  await lab.placeOrders(20)
  await named('schema_history_lost', since)
  await connectctl(`apply ${name} --rebuild-history`)
})

it('schema history unreadable: names the statement that cannot be parsed, and rebuilds it from the tables', async () => {
  const producer = new Kafka({ brokers: [...lab.stack.kafka.brokers], logLevel: logLevel.NOTHING }).producer()
  await producer.connect()
  const position = { ts_sec: 1, file: 'binlog.000001', pos: 4, snapshot: 'INITIAL' }
  const source = { server: 'orders_server' }
  const record = { source, position, ts_ms: 1, databaseName: 'orders', ddl: 'ALTER NOTHING outbox' }
  await producer.send({ topic: 'schema_changes.orders', messages: [{ value: JSON.stringify(record) }] })
  await producer.disconnect()
  const since = Date.now()
  await restartQuietly()
  await lab.placeOrders(20)
  await named('ddl_unparseable', since)
  await connectctl(`apply ${name} --rebuild-history`)
})

it('schema mismatch: names it, and reads the tables as they are now', async () => {
  const since = Date.now()
  await withoutBinlog('ALTER TABLE connect_heartbeat ADD COLUMN note INT')
  await lab.placeOrders(20)
  await named('schema_mismatch', since)
  await connectctl(`apply ${name} --rebuild-history`)
  await lab.untilFlowing()
  await lab.db.raw('ALTER TABLE connect_heartbeat DROP COLUMN note')
})

it('DDL in the binlog that cannot be parsed: names it, and goes on with the other parser', async () => {
  const since = Date.now()
  await lab.db.raw(unparseable)
  await lab.placeOrders(20)
  await named('ddl_unparseable', since)
  await connectctl(`apply ${name} --dir ${await folderWith({ 'ddl.parser.type': 'legacy' })}`)
  await lab.untilFlowing()
  await lab.db.raw('ALTER TABLE connect_heartbeat DROP COLUMN noted, DROP COLUMN note')
  await lab.placeOrders(20)
  await lab.expectNoneMissing()
  await connectctl(`apply ${name} --rebuild-history`)
})

it('DDL in the binlog that neither parser knows: takes it back, skips it, and goes on', async () => {
  const since = Date.now()
  await lab.db.raw(unparseableByBoth)
  await lab.placeOrders(20)
  await named('ddl_unparseable', since)
  await lab.db.raw('ALTER TABLE connect_heartbeat DROP COLUMN sent, DROP COLUMN noted, DROP COLUMN note')
  await lab.placeOrders(20)
  const skipping = await folderWith({ 'schema.history.internal.skip.unparseable.ddl': 'true' })
  await connectctl(`apply ${name} --rebuild-history --dir ${skipping}`)
  await lab.untilFlowing()
  await lab.expectNoneMissing()
  await connectctl(`apply ${name}`)
})

it('server id taken: names it, and goes on when the other reader is gone', async () => {
  const other = {
    ...lab.file.config,
    'topic.prefix': 'other',
    'schema.history.internal.kafka.topic': 'schema_changes.other',
    'snapshot.mode': 'no_data'
  }
  const since = Date.now()
  await lab.api.request('PUT', '/connectors/other/config', { body: other })
  await lab.placeOrders(20)
  await named('server_id_taken', since)
  await connectctl('delete other --yes')
  await connectctl(`restart ${name}`)
})

it('grants missing: names it, and goes on when they are given back', async () => {
  await lab.db.raw("REVOKE REPLICATION SLAVE ON *.* FROM 'debezium'@'%'")
  const since = Date.now()
  await restartQuietly()
  await lab.placeOrders(20)
  await named('grants_missing', since)
  await lab.db.raw("GRANT REPLICATION SLAVE ON *.* TO 'debezium'@'%'")
  await connectctl(`restart ${name}`)
})

it('a password that was changed: names the refusal, and goes on when the worker has the new one', async () => {
  const password = randomBytes(12).toString('hex')
  await lab.db.raw("ALTER USER 'debezium'@'%' IDENTIFIED BY ?", [password])
  const since = Date.now()
  await restartQuietly()
  await lab.placeOrders(20)
  await named('grants_missing', since)
  await writeFile(join(connectSecrets(lab.secretsDir), 'debezium'), password)
  await connectctl(`restart ${name}`)
})

it('offsets lost: refuses to begin at the present, names it, and goes on at saved offsets', async () => {
  const saved = /saved in (\S+)/.exec(await connectctl(`offsets reset ${name} --yes`))?.[1]
  await lab.placeOrders(20)
  const since = Date.now()
  await lab.api.request('PUT', `/connectors/${name}/resume`)
  await named('offsets_lost', since)
  await connectctl(`offsets set ${name} --file ${saved} --yes`)
})
