import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import knex, { type Knex } from 'knex'
import { describe, expect, it, onTestFinished } from 'vitest'
import { eventually } from '@outbox-cdc/test-support/eventually'
import { useStack } from '@outbox-cdc/test-support/use-stack'
import { useConsumerBench } from '../../../test/consumer-bench.ts'
import { counted } from '../../../test/counted.ts'
import { kafkaClients } from '../../../test/kafka-clients.ts'
import { useTcpProxy } from '../../../test/tcp-proxy.ts'
import { handle } from '../../index.ts'

const sessionTimeoutMs = 6_000

describe.each(kafkaClients)('a consumer on %s', (_, useClient) => {
  it('waits for its database beyond its session timeout, parks nothing, and reports no progress', async () => {
    const bench = await useConsumerBench()
    const proxy = await useTcpProxy(useStack().mysql)
    const stalls: string[] = []
    const liveness = { stallAfterMs: 2_000, checkEveryMs: 100, onStalled: (reason: string) => void stalls.push(reason) }
    const kafka = useClient()
    const consumer = bench.consumer({ kafka, db: await through(proxy.port, bench.db), sessionTimeoutMs, liveness })
    await consumer.start()
    await bench.produce(bench.events({ keys: 5, perKey: 2 }))
    await eventually(async () => expect(await bench.effects()).toHaveLength(10))
    const assigned = consumer.health().partitions

    proxy.cut()
    await bench.produce(bench.events({ keys: 5, perKey: 4, from: 3 }))
    await eventually(() => expect(consumer.health()).toMatchObject({ ok: false, lag: 20 }))
    expect(consumer.health().reason).toMatch(/20 events wait, and none was settled/)
    expect(stalls).toHaveLength(1)
    const longer = Date.now() + 1.3 * sessionTimeoutMs
    await eventually(() => expect(Date.now()).toBeGreaterThan(longer))
    expect(await bench.parked()).toEqual([])

    proxy.heal()
    await eventually(async () => expect(await bench.effects()).toHaveLength(30))
    await eventually(() => expect(consumer.health()).toEqual({ ok: true, lag: 0, partitions: assigned }))
    expect(await bench.disorder()).toEqual([])
    expect(await bench.parked()).toEqual([])
    expect(bench.seen.duplicates).toBe(0)
  })

  it('is not stalled and has no lag when only markers of a transactional writer are left', async () => {
    const bench = await useConsumerBench()
    const stalls: string[] = []
    const liveness = {
      stallAfterMs: 10_000,
      checkEveryMs: 100,
      onStalled: (reason: string) => void stalls.push(reason)
    }
    const consumer = bench.consumer({ kafka: useClient(), liveness })
    await consumer.start()
    await bench.sendInTransaction(bench.events({ keys: 6, perKey: 2 }))
    await eventually(async () => expect(await bench.effects()).toHaveLength(12))
    await eventually(() => expect(consumer.health().lag).toBeGreaterThan(0))
    await eventually(() => expect(consumer.health()).toMatchObject({ ok: true, lag: 0 }))
    await bench.sendInTransaction(bench.events({ keys: 6, perKey: 1, from: 3 }))
    await eventually(async () => expect(await bench.effects()).toHaveLength(18))
    expect(stalls).toEqual([])
  })

  it('handles an event that failed for an unclear reason again, and a passing one as long as it takes', async () => {
    const bench = await useConsumerBench()
    let unclear = 2
    let passing = 9
    const handler = handle(counted, async (event, trx) => {
      await bench.apply(event, trx)
      if (event.aggregateId === 1 && unclear-- > 0) throw new TypeError('once in a while')
      if (event.aggregateId === 2 && passing-- > 0) throw Object.assign(new Error('busy'), { retryable: true })
    })
    await bench.produce(bench.events({ keys: 4, perKey: 3 }))
    await bench.consumer({ kafka: useClient(), handler, retry: { firstDelayMs: 5, attempts: 3 } }).start()
    await eventually(async () => expect(await bench.effects()).toHaveLength(12))
    expect(await bench.disorder()).toEqual([])
    expect(await bench.parked()).toEqual([])
  })
})

it('a frozen process that comes back neither repeats an effect nor takes an aggregate back', async () => {
  const bench = await useConsumerBench({ partitions: 1 })
  await bench.produce(bench.events({ keys: 4, perKey: 250 }))
  const zombie = await startProcess(bench)
  await eventually(async () => expect((await bench.effects()).length).toBeGreaterThan(20))
  zombie.kill('SIGSTOP')
  const seen = (await bench.effects()).length
  const successor = bench.consumer({ sessionTimeoutMs })
  await successor.start()
  await eventually(async () => expect((await bench.effects()).length).toBeGreaterThan(seen + 100))
  zombie.kill('SIGCONT')
  await eventually(async () => expect(await bench.effects()).toHaveLength(1_000))
  await bench.produce(bench.events({ keys: 4, perKey: 5, from: 251 }))
  await eventually(async () => expect(await bench.effects()).toHaveLength(1_020))
  expect(await bench.disorder()).toEqual([])
  expect(await bench.parked()).toEqual([])
})

it('does not start when the inbox would forget messages that Kafka can deliver again', async () => {
  const bench = await useConsumerBench()
  const day = 86_400_000
  const start = bench.consumer({ inbox: { keepMs: 8 * day } }).start()
  await expect(start).rejects.toMatchObject({
    code: 'RETENTION_TOO_SHORT',
    message: expect.stringMatching(/after 8 d, .* for 14 d/)
  })
  await bench.consumer({ inbox: { keepMs: 15 * day } }).start()
  await expect(bench.consumer({ inbox: { keepMs: 15 * day, replayWindowMs: 2 * day } }).start()).rejects.toThrow(/16 d/)
})

it('prunes the inbox while it handles', async () => {
  const bench = await useConsumerBench()
  const old = Array.from({ length: 2_500 }, (_, n) => ({
    consumer: bench.group,
    message_id: `m${n}`,
    handled_at: new Date(0)
  }))
  await bench.db('inbox').insert(old.map(row => ({ ...row, handled_at: new Date('2001-01-01') })))
  await bench.consumer({ inbox: { pruneEveryMs: 100 } }).start()
  await bench.produce(bench.events({ keys: 10, perKey: 10 }))
  await eventually(async () => expect(await bench.db('inbox').count({ count: '*' })).toEqual([{ count: 100 }]))
})

/** The same database by another way. */
async function through(port: number, db: Knex): Promise<Knex> {
  const { host, rootPassword: password } = useStack().mysql
  const { name } = (await db.first<{ name: string }>(db.raw('DATABASE() AS name'))) ?? {}
  const connection = { host, port, user: 'root', password, database: name ?? '' }
  const other = knex({ client: 'mysql2', connection, pool: { min: 0, max: 15 }, log: { warn() {}, error() {} } })
  onTestFinished(() => other.destroy())
  return other
}

/** A slow consumer in a process of its own, so that it can be frozen in the middle. */
async function startProcess(bench: Awaited<ReturnType<typeof useConsumerBench>>): Promise<ChildProcess> {
  const { mysql, kafka } = useStack()
  const { name } = (await bench.db.first<{ name: string }>(bench.db.raw('DATABASE() AS name'))) ?? {}
  const database = { host: mysql.host, port: mysql.port, user: 'root', password: mysql.rootPassword, database: name }
  const settings = { database, brokers: kafka.brokers, topic: bench.topic, group: bench.group, delayMs: 20 }
  const program = join(import.meta.dirname, '../../../test/consumer-process.ts')
  const child = spawn(process.execPath, [program, JSON.stringify(settings)], { stdio: 'ignore' })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}
