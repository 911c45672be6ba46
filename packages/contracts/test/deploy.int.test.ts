import { defineEvent, type EventDefinition } from '@outbox-cdc/outbox'
import { createPostgres, noPostgres, urlOf } from '@outbox-cdc/test-support/use-postgres'
import { tempFolder } from '@outbox-cdc/test-support/temp-folder'
import { describe, expect, it, onTestFinished } from 'vitest'
import { z } from 'zod'
import { writePacts } from '../src/consumer/write-pacts.ts'
import { pactBroker } from '../src/pact-broker-tool.ts'
import { verifyProvider } from '../src/provider/verify-provider.ts'
import { loadSystem } from '@outbox-cdc/pipeline'
import { runBroker } from './run-broker.ts'

const name = z.string()
const order = { name: 'order_created', aggregate: 'order', version: 1 } as const
const today = defineEvent({
  ...order,
  payload: z.object({ name, quantity: z.int() }),
  example: { name: 'joon', quantity: 95 }
})
const renamed = defineEvent({
  ...order,
  payload: z.object({ name, count: z.int() }),
  example: { name: 'joon', count: 95 }
})
const extended = defineEvent({
  ...order,
  payload: z.object({ name, quantity: z.int(), note: z.string().optional() }),
  example: { name: 'joon', quantity: 95, note: 'at the back door' }
})

describe.skipIf(noPostgres !== undefined)('the official tool, asked whether order-service can go to production', () => {
  it('says no to a renamed field and names the consumer, and yes to an added one and to the old one', async () => {
    const { url, ask, verify } = await start()
    await ask('publish', await pactsOf('orders-and-deliveries'), '--consumer-app-version', 'd1', '--branch', 'main')
    expect((await verify('o1', 'main', today)).ok).toBe(true)
    for (const [participant, version] of [
      ['delivery-service', 'd1'],
      ['order-service', 'o1']
    ] as const)
      await ask('record-deployment', '--pacticipant', participant, '--version', version, '--environment', 'production')

    const verdict = await verify('o2', 'rename-quantity', renamed)
    expect(verdict.failures).toMatchObject([{ consumer: 'delivery-service', where: '$.payload.quantity' }])
    const refused = await canDeploy(url, 'o2')
    expect(refused).toMatchObject({ code: 1, text: expect.stringContaining('delivery-service') })
    expect(refused.text).toContain('$.payload.quantity')

    expect((await verify('o3', 'add-note', extended)).ok).toBe(true)
    expect((await canDeploy(url, 'o3')).code).toBe(0)
    expect((await verify('o4', 'rename-quantity', today)).ok).toBe(true)
    expect((await canDeploy(url, 'o4')).code).toBe(0)
  })
})

const canDeploy = (url: string, version: string) =>
  pactBroker({ url }, 'can-i-deploy', '-a', 'order-service', '-e', version, '--to-environment', 'production')

async function pactsOf(system: string): Promise<string> {
  const dir = await tempFolder('pacts')
  await writePacts({ systems: [await loadSystem(system)], dir })
  return dir
}

async function start() {
  const database = await createPostgres()
  const { url, stop } = await runBroker({ databaseUrl: urlOf(database.db) })
  onTestFinished(async () => {
    await stop()
    await database.drop()
  })
  return {
    url,
    ask: async (...args: readonly string[]) => {
      const said = await pactBroker({ url }, ...args)
      expect(said, `${args.join(' ')}: ${said.text}`).toMatchObject({ ok: true })
    },
    verify: (version: string, branch: string, event: EventDefinition) =>
      verifyProvider({
        system: 'orders-and-deliveries',
        service: 'order-service',
        contract: { publishes: { 'orders_server.orders.outbox': { [event.name]: event } } },
        pacts: { brokerUrl: url, selectors: [{ mainBranch: true }, { deployedOrReleased: true }] },
        version,
        branch
      })
  }
}
