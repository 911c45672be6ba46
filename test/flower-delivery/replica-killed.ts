import { setTimeout as sleep } from 'node:timers/promises'
import { optionsOrExit } from '@outbox-cdc/pipeline'
import { withAdmin } from '@outbox-cdc/stack'
import { eventually } from '@outbox-cdc/test-support/eventually'
import { kafkaConfig } from '@outbox-cdc/test-support/send-again'
import { AssignerProtocol } from 'kafkajs'
import { untilNoProblem } from './calm.ts'
import { startReport } from './command-line.ts'
import { problemsOfPayments, problemsOfStock } from './equations.ts'
import { place, registerItems } from './people.ts'
import { startFlower } from './start-flower.ts'

optionsOrExit(
  {},
  `Usage: npm run measure:replica-killed

Starts flower-delivery with three shops on free ports, kills one of them (SIGKILL) while customers order, and says how soon
the other two read its partitions. Then it checks that every order that was paid and in stock is in the shop, once.

Exit code 1 if something does not hold.`
)

const topic = 'flower.stock'
const stock = 100_000
const withinMs = 10_000
const often = { timeoutMs: 60_000, everyMs: 50 }
const say = startReport()
const flower = await startFlower({ shop: 3 })
const { kafka } = flower.pipeline.stack
try {
  say(`flower-delivery is up with three shops, which read ${(await sharedBy(3)).join(', ')} partitions`)
  const [itemId = 0] = await registerItems(flower, [stock])
  const customers = startCustomers(itemId)
  await sleep(10_000)
  const killedAt = performance.now()
  await flower.pipeline.services.get('shop-2')?.kill()
  say('shop-2 is killed')
  const shared = await sharedBy(2)
  const movedMs = performance.now() - killedAt
  say(`the other two read ${shared.join(' and ')} partitions, ${(movedMs / 1_000).toFixed(1)} s later`)
  await sleep(10_000)
  await customers.stop()
  const orders = await untilEachIsInTheShop(itemId)
  say(`${orders} orders are paid and in stock, and each of them is in the shop once`)
  if (movedMs > withinMs) throw new Error(`The partitions moved after more than ${withinMs / 1_000} s`)
} catch (error) {
  console.error(`✗ ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 1
} finally {
  await flower.end()
}

/** Waits until so many members of the shop's group read all partitions. Resolves with how many each reads. */
function sharedBy(members: number): Promise<readonly number[]> {
  return eventually(
    () =>
      withAdmin(kafkaConfig(kafka), async admin => {
        const [group] = (await admin.describeGroups(['flower-shop'])).groups
        const counts = (group?.members ?? []).map(
          ({ memberAssignment: assigned }) =>
            AssignerProtocol.MemberAssignment.decode(assigned)?.assignment[topic]?.length ?? 0
        )
        if (
          group?.state !== 'Stable' ||
          counts.length !== members ||
          counts.reduce((sum, count) => sum + count, 0) !== 6
        )
          throw new Error(`The shop's group is ${group?.state}, and its members read ${counts.join(', ')} partitions`)
        return counts
      }),
    often
  )
}

/** The number of orders. Throws if one is missing, or money or stock are wrong. */
async function untilEachIsInTheShop(itemId: number): Promise<number> {
  let orders = 0
  await untilNoProblem(flower, rows => {
    const inShop = rows.shopOrders.map(({ order_id: id }) => id)
    const counts = Map.groupBy(inShop, id => id)
    const reserved = rows.reservations.filter(row => row.state === 'RESERVED')
    orders = reserved.length
    const wrong = reserved.filter(row => counts.get(row.order_id)?.length !== 1)
    return [
      ...problemsOfPayments(rows),
      ...problemsOfStock(rows, new Map([[itemId, stock]])),
      ...wrong.map(row => `order ${row.order_id} is ${counts.get(row.order_id)?.length ?? 0} times in the shop`)
    ]
  })
  return orders
}

/** Four customers who order all the time. */
function startCustomers(itemId: number) {
  let stopped = false
  const customer = async () => {
    for (; !stopped; await sleep(50)) await place(flower, itemId, 1)
  }
  const running = Promise.all(Array.from({ length: 4 }, customer))
  return {
    async stop() {
      stopped = true
      await running
    }
  }
}
