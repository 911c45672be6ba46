import type { KafkaMessage } from 'kafkajs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Settings, loadSystem } from '@outbox-cdc/pipeline'
import type { Stack } from '@outbox-cdc/stack'
import { eventually } from './eventually.ts'
import { get, post } from './http.ts'
import { curlCommands, runAt, withoutTimes } from './readme-commands.ts'
import { type Delivery, effectsSuite, type OpenRecord, type OrdersTarget } from './effects-suite.ts'
import { openJson } from './open-record.ts'
import { readTopic } from './read-topic.ts'

const [hop] = (await loadSystem()).hops

/** A pipeline of which a test knows only the addresses. */
export type CoreTarget = {
  readonly ports: Settings['ports']
  readonly kafka: Stack['kafka']
  /** Decodes a record of the outbox topic; by default JSON with its schema. */
  readonly open?: (record: KafkaMessage) => Promise<OpenRecord>
  restartDeliveryService(): Promise<void>
  stop(): Promise<void>
}

/** The five fields of the core's records, and what its connector adds. */
const coreRecord: OrdersTarget['record'] = {
  fields: ['id', 'event', 'event_id', 'payload', 'created_at'],
  isId: Number.isSafeInteger,
  keyOf: event_id => ({ event_id }),
  headers: {
    message_id: /^[0-9a-f-]{36}$/,
    binlog_file: /^binlog\.\d+$/,
    binlog_pos: /^\d+$/,
    gtid: /^[0-9a-f-]{36}:\d+$/,
    captured_us: /^\d{16}$/
  }
}

function ordersOf(target: CoreTarget): OrdersTarget {
  const { ports, kafka, open = openJson } = target
  const deliveries = `http://127.0.0.1:${ports['delivery-service']}/deliveries`
  return {
    record: coreRecord,
    restartConsumer: () => target.restartDeliveryService(),
    async place(order) {
      const { status, body } = await post(`http://127.0.0.1:${ports['order-service']}/order`, order)
      expect(status).toBe(201)
      return body.id
    },
    async delivery(id) {
      const { status, body } = await get(`${deliveries}/${Number(id)}`)
      return status === 200 ? body : undefined
    },
    async deliveries() {
      const items: Delivery[] = []
      for (let page: string | undefined = `${deliveries}?limit=100`; page !== undefined; ) {
        const { body } = await get(page)
        items.push(...body.items)
        page = typeof body.next === 'number' ? `${deliveries}?limit=100&before=${body.next}` : undefined
      }
      return items
    },
    records: async count => Promise.all((await readTopic(kafka, hop.topic, count)).map(open))
  }
}

/** The tests that each way of starting the pipeline must pass: processes, containers, compose, external servers. */
export function coreSuite(name: string, start: () => Promise<CoreTarget>): void {
  let target: CoreTarget
  let orders = ''
  let deliveries = ''

  beforeAll(async () => {
    target = await start()
    orders = `http://127.0.0.1:${target.ports['order-service']}`
    deliveries = `http://127.0.0.1:${target.ports['delivery-service']}/deliveries`
  })
  afterAll(() => target?.stop())

  describe(name, () => {
    it('answers the curls of the README as the README says', async () => {
      const commands = await curlCommands('README.md')
      expect(commands.length).toBeGreaterThanOrEqual(3)
      for (const { command, output } of commands) {
        await eventually(async () => {
          const answer = withoutTimes(await runAt(target, command))
          for (const line of output) expect(answer).toContain(withoutTimes(line))
        })
      }
    })

    it('delivers an order after its 201', async () => {
      const { status, headers, body } = await post(`${orders}/order`, { name: 'joon', quantity: 95 })
      expect(status).toBe(201)
      expect(headers.get('location')).toBe(`/order/${Number(body.id)}`)
      const delivery = await eventually(async () => {
        const answer = await get(`${deliveries}/${Number(body.id)}`)
        expect(answer.status).toBe(200)
        return answer.body
      })
      expect(delivery).toMatchObject({ orderId: body.id, name: 'joon', quantity: 95 })
    })

    effectsSuite(() => ordersOf(target))
  })
}
