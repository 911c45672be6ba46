import { setTimeout as sleep } from 'node:timers/promises'
import type { MemoryTopic } from '@outbox-cdc/outbox/testing'
import { eventually } from '@outbox-cdc/test-support/eventually'
import { post } from '@outbox-cdc/test-support/http'
import { orderStates } from '../order-service/order-states.ts'
import type { Schedule, Step } from './schedule.ts'
import type { startTwoServices } from './two-services.ts'

export type World = Awaited<ReturnType<typeof startTwoServices>>

/** Runs a schedule on customers of its own. Resolves with them when the system is calm; throws what is wrong then. */
export async function runSchedule(world: World, { limits, steps }: Schedule): Promise<readonly number[]> {
  const customers = await addCustomers(world, limits)
  const starts = new Map([world.customers, world.orders].map(({ topic }) => [topic, topic.records().length]))
  const placed: number[] = []
  const requests: Promise<unknown>[] = []
  for (const step of steps) {
    if (step.kind === 'place') requests.push(place(world, { ...step, customer: customers[step.customer] ?? 0 }, placed))
    else if (step.kind === 'cancel') requests.push(cancel(world, placed.at(-1 - step.back)))
    else await disturb(world, step, starts)
    await sleep(step.pauseMs)
  }
  await Promise.all(requests)
  await eventually(() => check(world, customers))
  return customers
}

async function addCustomers({ customers: { db } }: World, limits: readonly number[]): Promise<readonly number[]> {
  const [first = 0] = await db('customer').insert(limits.map(limit => ({ name: 'Kim', credit_limit: limit * 100 })))
  return limits.map((_, index) => first + index)
}

type Place = { readonly customer: number; readonly total: number }

/** A request that is cut off by a crash may have taken effect or not: both are fine. */
async function place({ orders }: World, { customer, total }: Place, placed: number[]): Promise<void> {
  const answer = await post(`${orders.url()}/orders`, { customerId: customer, orderTotal: total }).catch(
    () => undefined
  )
  if (answer?.status === 201) placed.push(answer.body.id)
}

async function cancel({ orders }: World, id = 0): Promise<void> {
  await post(`${orders.url()}/orders/${id}/cancel`, {}).catch(() => undefined)
}

type Disturbance = Exclude<Step, { kind: 'place' | 'cancel' }>

async function disturb({ customers, orders }: World, step: Disturbance, starts: Starts): Promise<void> {
  if (step.kind === 'crash') return (step.service === 'order-service' ? orders : customers).crash()
  const [writer, reader] = step.topic === 'orderTopic' ? [orders, customers] : [customers, orders]
  if (step.kind === 'redeliver') return writer.topic.redeliver(step.records)
  await reader.db('inbox').delete()
  writer.topic.redeliver(writer.topic.records().length - (starts.get(writer.topic) ?? 0))
}

/** How many records each topic had when the schedule began: earlier ones would make each replay longer. */
type Starts = ReadonlyMap<MemoryTopic, number>

/** Throws a sentence for what doesn't hold when all is calm. */
export async function check({ customers, orders }: World, ids: readonly number[]): Promise<void> {
  const [limits, all, reservations] = await Promise.all([
    customers.db('customer').whereIn('id', ids),
    orders.db('customer_order').whereIn('customer_id', ids),
    customers.db('reservation').whereIn('customer_id', ids)
  ])
  const changes = await orders
    .db('order_change')
    .whereIn(
      'order_id',
      all.map(({ id }) => id)
    )
    .orderBy('id')
  const decided = new Map(reservations.map(row => [row.order_id, row]))
  require(decided.size === all.length, `${all.length} orders, ${decided.size} decisions`)
  for (const order of all) {
    require(['APPROVED', 'REJECTED', 'CANCELLED'].includes(order.state), `order ${order.id} is still ${order.state}`)
    const other = decided.get(order.id)?.state
    require(other === order.state, `order ${order.id} is ${order.state}, and ${other} for customer-service`)
    requireHistory(
      order,
      changes.filter(({ order_id: id }) => id === order.id)
    )
  }
  for (const { id, credit_limit: limit } of limits) {
    const sum = (rows: readonly { customer_id: number; state: string; order_total: number }[]) =>
      rows
        .filter(row => row.customer_id === id && row.state === 'APPROVED')
        .reduce((total, row) => total + row.order_total, 0)
    require(sum(reservations) <= limit, `customer ${id} has ${sum(reservations)} of ${limit} reserved`)
    require(sum(reservations) === sum(all), `customer ${id} has ${sum(reservations)} reserved, ${sum(all)} approved`)
  }
}

type Row = { readonly id: number; readonly state: string }
type Changed = { readonly cause: string; readonly state: keyof typeof orderStates.steps }

/** The history must be a walk through the table of states that ends where the order is. */
function requireHistory({ id, state }: Row, changes: readonly Changed[]): void {
  const shown = changes.map(({ cause, state: to }) => `${cause} ${to}`).join(', ')
  const walk = changes.every(({ cause, state: to }, index) => {
    const from = changes[index - 1]?.state
    const steps: Readonly<Record<string, { readonly to: string } | string>> =
      from === undefined ? orderStates.first : orderStates.steps[from]
    const step = steps[cause]
    return typeof step === 'object' && step.to === to
  })
  require(walk && changes.at(-1)?.state === state, `order ${id} is ${state} with the history ${shown}`)
}

function require(holds: boolean, problem: string): void {
  if (!holds) throw new Error(problem)
}
