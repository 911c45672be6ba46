import { randomInt } from 'node:crypto'
import { Kafka } from 'kafkajs'
import { expect, it, onTestFinished } from 'vitest'
import { createTopics } from '@outbox-cdc/stack'
import { useDatabase, useStack } from '@outbox-cdc/test-support/use-stack'
import { createInboxTables } from '../../src/index.ts'
import { runSchedule, type World } from './run-schedule.ts'
import { type Schedule, schedulesFrom } from './schedule.ts'

// A failure gives the command that replays its schedule alone; the seed in the test's name replays all of them.
const seed = Number(process.env.OUTBOX_SEED ?? randomInt(2 ** 31))
const only = process.env.OUTBOX_SCHEDULE
const count = Number(process.env.OUTBOX_SCHEDULES ?? 200)
const atOnce = 8
const which = only === undefined ? `${count} random interleavings` : `interleaving ${only}`

it(`loses, doubles and reorders nothing in ${which} (OUTBOX_SEED=${seed})`, async () => {
  const world = await createWorld()
  const queue = [...schedulesFrom(seed, count).entries()].filter(
    ([index]) => only === undefined || index === Number(only)
  )
  const wrong: string[] = []
  const worker = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift())
      wrong.push(...(await problemsOf(world, next)))
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
  expect(wrong, `All of them again: OUTBOX_SEED=${seed} npm test -- int interleavings`).toEqual([])
}, 600_000)

async function problemsOf(world: World, [index, schedule]: [number, Schedule]): Promise<string[]> {
  const problems = await runSchedule(world, schedule).catch((error: unknown) => [String(error)])
  const replay = `OUTBOX_SEED=${seed} OUTBOX_SCHEDULE=${index} npm test -- int interleavings`
  return problems.map(problem => `${problem}. Again: ${replay}. ${JSON.stringify(schedule)}`)
}

async function createWorld(): Promise<World> {
  const { mysql, kafka } = useStack()
  const { db, name } = await useDatabase('interleavings')
  await createInboxTables(db)
  await db.schema.createTable('effect', table => {
    table.bigIncrements('seq')
    table.string('run', 64).notNullable()
    table.bigInteger('event_key').notNullable()
    table.integer('n').notNullable()
    table.index(['run', 'seq'])
  })
  const client = new Kafka({ brokers: [...kafka.brokers], clientId: 'interleavings', logLevel: 0 })
  const admin = client.admin()
  const producer = client.producer()
  await Promise.all([admin.connect(), producer.connect()])
  onTestFinished(() => Promise.all([admin.disconnect(), producer.disconnect()]).then(() => undefined))
  return {
    db,
    root: db,
    database: { host: mysql.host, port: mysql.port, user: 'root', password: mysql.rootPassword, database: name },
    brokers: kafka.brokers,
    producer,
    async createTopic(topic) {
      await createTopics(admin, [{ topic, numPartitions: 2 }])
    }
  }
}
