import type { StateMachine } from '@outbox-cdc/service-kit'
import { deliveryStates } from '../delivery/delivery-states.ts'
import { reservationStates } from '../item/reservation-states.ts'
import { orderStates } from '../order/order-states.ts'
import { paymentStates } from '../payment/payment-states.ts'
import { shopOrderStates } from '../shop/shop-order-states.ts'

const machines: Readonly<Record<Service, StateMachine>> = {
  order: orderStates,
  payment: paymentStates,
  item: reservationStates,
  shop: shopOrderStates,
  delivery: deliveryStates
}
export const services = ['order', 'payment', 'item', 'shop', 'delivery'] as const
export type Service = (typeof services)[number]

/** What people do, and the service that takes it. */
export const actions = {
  pay: 'payment',
  cancel: 'order',
  receive: 'shop',
  decorate: 'shop',
  reject: 'shop',
  depart: 'delivery',
  complete: 'delivery'
} as const
export type Action = keyof typeof actions

/** The state that an order has in a service; undefined if the service doesn't know it. */
type StateOf = (service: Service) => string | undefined

/** Whether the tables of states let people do it now, and it would change something. */
export function canDo(action: Action, stateOf: StateOf): boolean {
  // Order's service asks payment only for an order that waits for it; the answer may be late.
  if (action === 'pay' && stateOf('order') !== 'PAYMENT_PENDING') return false
  return typeof stepOf(actions[action], stateOf(actions[action]), action) === 'object'
}

function stepOf(service: Service, before: string | undefined, trigger: string) {
  const { first, steps } = machines[service]
  return before === undefined ? first[trigger] : steps[before]?.[trigger]
}

/** The events of one order that one reader takes from one service's topic, in order. */
type Queue = {
  readonly topic: Service
  readonly reader: Service
  readonly order: number
  readonly events: string[]
  taken: number
}

// MyPage, which order's service keeps, reads them; the order itself has no step for them.
const onlyForMyPage = new Set(['ordered', 'received', 'decorated', 'payment_forcibly_cancelled'])

/**
 * The five services without databases and brokers, on the tables of states that the real ones run on. Each keeps one state
 * for each order, and its events reach each reader in order, but independently of the events of other services.
 */
export class Model {
  readonly states = new Map<string, string>()
  readonly published: { readonly order: number; readonly event: string }[] = []
  readonly quantities: readonly number[]
  stock: number
  private readonly queues = new Map<string, Queue>()

  constructor(stock: number, quantities: readonly number[]) {
    this.stock = stock
    this.quantities = quantities
    for (const order of quantities.keys()) this.apply('order', order, 'place')
  }

  state(service: Service, order: number): string | undefined {
    return this.states.get(`${service} ${order}`)
  }

  /** What people can do now. */
  possible(): readonly { readonly action: Action; readonly order: number }[] {
    const all = Object.keys(actions) as Action[]
    return [...this.quantities.keys()].flatMap(order =>
      all.filter(action => this.canDo(action, order)).map(action => ({ action, order }))
    )
  }

  do(action: Action, order: number): void {
    if (this.canDo(action, order)) this.apply(actions[action], order, action)
  }

  /** The queues that have an event to take. */
  pending(): readonly Queue[] {
    return [...this.queues.values()].filter(({ taken, events }) => taken < events.length)
  }

  deliver(queue: Queue): void {
    const event = queue.events[queue.taken]
    if (event === undefined) return
    queue.taken += 1
    this.take(queue, event)
  }

  /** The reader has lost its inbox and its offsets: it takes everything again that it has taken of the topic. */
  replay(topic: Service, reader: Service): void {
    const queues = [...this.queues.values()].filter(queue => queue.topic === topic && queue.reader === reader)
    for (const queue of queues) for (const event of queue.events.slice(0, queue.taken)) this.take(queue, event)
  }

  private canDo(action: Action, order: number): boolean {
    return canDo(action, service => this.state(service, order))
  }

  private take({ reader, order }: Queue, event: string): void {
    if (reader === 'order' && onlyForMyPage.has(event)) return
    const enough = this.stock >= (this.quantities[order] ?? 0)
    const trigger = reader === 'item' && event === 'paid' ? `paid [${enough ? 'enough' : 'short'}]` : event
    if (this.stepOf(reader, order, trigger) === undefined)
      throw new Error(`${reader} has no step for ${trigger} in ${this.state(reader, order)}`)
    this.apply(reader, order, trigger)
  }

  private stepOf(service: Service, order: number, trigger: string) {
    return stepOf(service, this.state(service, order), trigger)
  }

  private apply(service: Service, order: number, trigger: string): void {
    const step = this.stepOf(service, order, trigger)
    if (typeof step !== 'object') return
    const before = this.state(service, order)
    this.states.set(`${service} ${order}`, step.to)
    const quantity = this.quantities[order] ?? 0
    if (service === 'item' && step.to === 'RESERVED') this.stock -= quantity
    if (service === 'item' && before === 'RESERVED' && step.to === 'RELEASED') this.stock += quantity
    if (step.publishes !== undefined) this.publish(service, order, step.publishes)
  }

  private publish(topic: Service, order: number, event: string): void {
    this.published.push({ order, event })
    for (const reader of (machines[topic].listeners[event] ?? []) as readonly Service[]) {
      const key = `${topic} ${reader} ${order}`
      const queue = this.queues.get(key) ?? { topic, reader, order, events: [], taken: 0 }
      queue.events.push(event)
      this.queues.set(key, queue)
    }
  }
}
