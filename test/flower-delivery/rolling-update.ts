import { setTimeout as sleep } from 'node:timers/promises'
import { join } from 'node:path'
import { askToken } from '@outbox-cdc/flower-delivery/auth/ask-token'
import { optionsOrExit, requestRoll } from '@outbox-cdc/pipeline'
import { hasReadAll, sizeOf } from '@outbox-cdc/test-support/consumer-groups'
import { flowerPeople } from '@outbox-cdc/test-support/flower'
import { openServiceDatabase } from '@outbox-cdc/test-support/open-service-database'
import { readTopic } from '@outbox-cdc/test-support/read-topic'
import { startTestPipeline } from '@outbox-cdc/test-support/test-pipeline'
import { startReport, wholeNumbers } from './command-line.ts'
import { loadItems, requireAvailable } from './load-items.ts'

const usage = `Usage: npm run measure:rolling-update -- [options]

Starts flower-delivery with two item services on free ports. While users register items through the gateway, it replaces
both twice, and customers order all the time. Then it checks that no request failed, that no event is there twice, and that
every order has come to its end.

  --users N     how many users (default 100)
  --seconds N   how long they go on, at least (default 120)

Exit code 1 if something does not hold.`

const values = optionsOrExit(
  { users: { type: 'string', default: '100' }, seconds: { type: 'string', default: '120' } },
  usage
)
const { users, seconds } = wholeNumbers(values, ['users', 'seconds'], { least: 1, most: 9999, usage })
const say = startReport()
// The gateway turns away a client that sends more; here one client stands for all users.
process.env['RATE_LIMIT'] = '1000000'
const pipeline = await startTestPipeline({ system: 'flower-delivery', replicas: { item: 2 }, revive: true })
const { settings, stack } = pipeline
say('flower-delivery is up, with two item services')
try {
  const people = flowerPeople(pipeline)
  const customers = startCustomers(people)
  const gateway = `http://127.0.0.1:${settings.ports['gateway']}`
  const authUrl = `http://127.0.0.1:${settings.ports['auth']}`
  const token = await askToken({ authUrl, folder: join(settings.dir, 'secrets/auth'), client: 'shop' })
  const headers = { authorization: `Bearer ${token}` }
  const available = await loadItems({ gateway, headers, users, seconds }, async () => {
    for (const round of [1, 2]) {
      await sleep((seconds * 1_000) / 8)
      say(`round ${round}`)
      await requestRoll(settings.dir, 'item', line => say(`  ${line}`))
    }
  })
  say(`${users} users for ${available.seconds.toFixed(0)} s: ${JSON.stringify(available)}`)
  requireAvailable(available)
  say('availability 100 %')
  const orders = await customers.stop()
  // What was registered goes through Kafka first; the orders wait behind it.
  await hasReadAll(stack.kafka, { groupId: 'flower-order', topic: 'flower.item' })
  for (let at = 0; at < orders.length; at += 8)
    await Promise.all(orders.slice(at, at + 8).map(id => people.bring(id, 'COMPLETED')))
  for (const id of orders) await people.becomes(id, { orderStatus: 'COMPLETED' })
  say(`${orders.length} orders placed meanwhile are COMPLETED`)
  await requireOnce()
} catch (error) {
  console.error(`✗ ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 1
} finally {
  await pipeline.stop()
}

/** A customer orders again and again. What fails is thrown by `stop`. */
function startCustomers(people: ReturnType<typeof flowerPeople>) {
  const ids: number[] = []
  let [stopped, failed]: [boolean, unknown] = [false, undefined]
  const run = async () => {
    const { itemId } = await people.addItem(100_000)
    while (!stopped) {
      ids.push(await people.order({ itemId }))
      await sleep(200)
    }
  }
  const running = run().catch((error: unknown) => void (failed = error))
  return {
    async stop() {
      stopped = true
      await running
      if (failed !== undefined) throw failed
      return ids
    }
  }
}

/** Every item has one event that it was registered, and one row on the menu. */
async function requireOnce(): Promise<void> {
  const [items, menu] = await Promise.all([
    openServiceDatabase(pipeline, 'flower_item', 'item_service'),
    openServiceDatabase(pipeline, 'flower_order', 'order_service')
  ])
  try {
    const countOf = async (db: typeof items, table: string) => Number((await db(table).count({ n: '*' }))[0]?.['n'])
    const rows = await countOf(items, 'item')
    await hasReadAll(stack.kafka, { groupId: 'flower-order', topic: 'flower.item' })
    const records = await readTopic(stack.kafka, 'flower.item', await sizeOf(stack.kafka, 'flower.item'))
    const ids = new Set(records.map(({ headers }) => String(headers?.['id'])))
    const registered = records.filter(({ headers }) => String(headers?.['event']) === 'item_registered')
    say(
      `${rows} items, ${registered.length} events item_registered, ${await countOf(menu, 'menu_item')} rows on the menu`
    )
    if (ids.size !== records.length) throw new Error(`${records.length - ids.size} events are there twice`)
    if (registered.length !== rows || (await countOf(menu, 'menu_item')) !== rows)
      throw new Error('items, events and menu differ')
    say('no event is there twice')
  } finally {
    await Promise.all([items.destroy(), menu.destroy()])
  }
}
