import knex, { type Knex } from 'knex'
import {
  type Consumer,
  type ConsumerOptions,
  createConsumer,
  type KafkaClient,
  kafkajsClient
} from '../../src/index.ts'
import { platformaticClient } from '../../src/platformatic/index.ts'
import { silent } from '../counted.ts'

type MortalOptions = Omit<ConsumerOptions, 'kafka' | 'db' | 'logger'> & {
  readonly client: 'kafkajs' | 'platformatic'
  readonly brokers: readonly string[]
  readonly database: Knex.MySql2ConnectionConfig
  /** Kills connections by their ids, as only root may. */
  readonly root: Knex
}

/** A consumer that can die like a process: at once, in the middle of a transaction, without leaving the group. */
export function createMortalMember({ client, brokers, database, root, ...options }: MortalOptions) {
  const ids = new Set<number>()
  let dead = false
  const db = knex({
    client: 'mysql2',
    connection: database,
    log: { warn() {}, error() {}, deprecate() {}, debug() {} },
    pool: {
      min: 0,
      max: 8,
      afterCreate(connection: { threadId: number }, done: (error: Error | null, connection: unknown) => void) {
        ids.add(connection.threadId)
        done(dead ? new Error('dead') : null, connection)
      }
    }
  })
  const kafka = (client === 'kafkajs' ? kafkajsClient : platformaticClient)({
    brokers,
    clientId: 'mortal',
    logger: silent
  })
  const consumer: Consumer = createConsumer({ ...options, kafka: mute(kafka, () => dead), db, logger: silent })

  async function cut(): Promise<void> {
    await Promise.all([...ids].map(id => root.raw('KILL ?', [id]).catch(() => undefined)))
  }

  async function stop(): Promise<void> {
    await consumer.stop()
    await kafka.close()
    await db.destroy()
  }

  return {
    start: () => consumer.start(),
    stop,
    cut,
    async crash() {
      dead = true
      const stopped = stop()
      await cut()
      await stopped
    }
  }
}

// The member leaves all the same, so that the survivors need not wait for its session to end.
function mute(kafka: KafkaClient, dead: () => boolean): KafkaClient {
  return {
    ...kafka,
    async join(membership) {
      const member = await kafka.join(membership)
      return {
        ...member,
        async commit(next) {
          if (dead()) throw new Error('dead')
          await member.commit(next)
        }
      }
    }
  }
}
