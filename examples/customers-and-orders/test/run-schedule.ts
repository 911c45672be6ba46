import { setTimeout as sleep } from 'node:timers/promises'
import type { MemoryTopic } from '@outbox-cdc/outbox/testing'
import { eventually } from '@outbox-cdc/test-support/eventually'
import { post } from '@outbox-cdc/test-support/http'
import { check } from './check.ts'
import type { Schedule, Step } from './schedule.ts'
import type { startTwoServices } from './two-services.ts'

export type World = Awaited<ReturnType<typeof startTwoServices>>

/** Runs a schedule on customers of its own. Resolves with them when the system is calm; throws what is wrong then. */
export async function runSchedule(world: World, { limits, steps }: Schedule): Promise<readonly number[]> {
  const customers = await addCustomers(world, limits)
  const starts = new Map([world.customers, world.orders].map(({ topic, published }) => [topic, published.length]))
  const placed: number[] = []
  const requests: Promise<unknown>[] = []
  for (const step of steps) {
    if (step.kind === 'place') requests.push(place(world, { ...step, customer: customers[step.customer] ?? 0 }, placed))
    else if (step.kind === 'cancel') requests.push(cancel(world, placed.at(-1 - step.back)))
    else await disturb(world, step, starts)
    await sleep(step.pauseMs)
  }
  await Promise.all(requests)
  await eventually(() => check(world, customers), { everyMs: 50 })
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
  for (const record of writer.published.slice(starts.get(writer.topic))) writer.topic.produce(record)
}

/** How many events each topic had when the schedule began: earlier ones would make each replay longer. */
type Starts = ReadonlyMap<MemoryTopic, number>
