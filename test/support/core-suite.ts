import type { KafkaMessage } from 'kafkajs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Settings, loadSystem } from '@outbox-cdc/pipeline'
import { eventually } from './eventually.ts'
import { get, post } from './http.ts'
import { curlCommands, runAt, withoutTimes } from './readme-commands.ts'
import { readTopic } from './read-topic.ts'

const { flow } = await loadSystem()

/** A pipeline of which a test knows only the addresses. */
export type CoreTarget = {
  readonly ports: Settings['ports']
  readonly brokers: readonly string[]
  /** Decodes a record of the outbox topic; by default JSON with its schema. */
  readonly open?: (record: KafkaMessage) => Promise<OpenRecord>
  restartDeliveryService(): Promise<void>
  stop(): Promise<void>
}

/** A record's key and five fields, in either event format. */
export type OpenRecord = { readonly fields: Record<string, unknown>; readonly key: unknown }

async function openJson({ key, value }: KafkaMessage): Promise<OpenRecord> {
  const payloadOf = (bytes: unknown) => (JSON.parse(String(bytes)) as { payload: Record<string, unknown> }).payload
  return { fields: payloadOf(value), key: payloadOf(key) }
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

  async function allDeliveries(): Promise<readonly Record<string, unknown>[]> {
    const items: Record<string, unknown>[] = []
    for (let page: string | undefined = `${deliveries}?limit=100`; page !== undefined; ) {
      const { body } = await get(page)
      items.push(...(body.items as Record<string, unknown>[]))
      page = typeof body.next === 'number' ? `${deliveries}?limit=100&before=${body.next}` : undefined
    }
    return items
  }

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

    it('brings names in any script to the delivery byte for byte', async () => {
      const names = [
        '주운',
        'Zoë “Ω” Ångström',
        '👩🏽‍🚀🧨',
        '日本語テキスト',
        "'; DROP TABLE outbox; --",
        '{"a":1}\\n',
        ' padded '
      ]
      for (const name of names) {
        const { body } = await post(`${orders}/order`, { name, quantity: 1 })
        const delivery = await eventually(async () => {
          const answer = await get(`${deliveries}/${Number(body.id)}`)
          expect(answer.status).toBe(200)
          return answer.body
        })
        expect(delivery.name).toBe(name)
      }
    })

    it('delivers 1,000 orders of 20 clients once each, although the delivery service restarts in the middle', async () => {
      const before = (await allDeliveries()).length
      const placed: unknown[] = []
      let restarted: Promise<void> | undefined
      const client = async (number: number) => {
        for (let i = 0; i < 50; i++) {
          const { status, body } = await post(`${orders}/order`, { name: `client ${number}`, quantity: i + 1 })
          expect(status).toBe(201)
          placed.push(body.id)
          if (placed.length === 400) restarted = target.restartDeliveryService()
        }
      }
      await Promise.all(Array.from({ length: 20 }, (_, number) => client(number)))
      await restarted

      const delivered = await eventually(
        async () => {
          const items = await allDeliveries()
          expect(items.length).toBe(before + 1_000)
          return items
        },
        { timeoutMs: 120_000, everyMs: 500 }
      )
      expect(new Set(delivered.map(item => item.orderId)).size).toBe(before + 1_000)
      expect(placed.every(id => delivered.some(item => item.orderId === id))).toBe(true)
    })

    it('publishes exactly the five fields, keyed by the order, with the rest in headers', async () => {
      const count = (await allDeliveries()).length
      const records = await readTopic(target.brokers, flow.topic, count)
      expect(records).toHaveLength(count)
      for (const record of records) {
        const { headers } = record
        const { fields, key } = await (target.open ?? openJson)(record)
        expect(Object.keys(fields)).toEqual(['id', 'event', 'event_id', 'payload', 'created_at'])
        expect(fields).toMatchObject({ id: expect.any(Number), event: 'order_created', event_id: expect.any(Number) })
        expect(JSON.parse(String(fields.payload))).toEqual({ name: expect.any(String), quantity: expect.any(Number) })
        expect(fields.created_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z$/)
        expect(key).toEqual({ event_id: fields.event_id })
        expect(String(headers?.message_id)).toMatch(/^[0-9a-f-]{36}$/)
        expect(String(headers?.binlog_file)).toMatch(/^binlog\.\d+$/)
        expect(String(headers?.binlog_pos)).toMatch(/^\d+$/)
        expect(String(headers?.gtid)).toMatch(/^[0-9a-f-]{36}:\d+$/)
        expect(String(headers?.captured_us)).toMatch(/^\d{16}$/)
      }
    })
  })
}
