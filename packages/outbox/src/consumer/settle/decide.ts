import type { ParkReason, Refusal } from '../../parking/parked-event.ts'
import type { Parked } from '../../parking/parking-store.ts'
import type { ConsumedEvent, EventHandler } from '../read/handler.ts'
import type { Item } from '../read/read-event.ts'
import type { VersionCheck } from './versions.ts'

export type Handled = Extract<Item, { handler: EventHandler }>

export type Decision = ReturnType<typeof decide>

type Found = { readonly parkedKeys: ReadonlyMap<string, ParkReason>; readonly versions: VersionCheck }

/** Decides which items flow and which are parked, by what the database says in the transaction that settles them. */
export function decide(items: readonly Item[], { parkedKeys, versions }: Found) {
  const keys = new Map(parkedKeys)
  // To be handled now, in their order.
  const flowing: Handled[] = []
  // Events without a handler that need none.
  const ignored: ConsumedEvent[] = []
  // To be parked: refused, or behind a refused event of their key.
  const parked: (Parked & { readonly item: Item })[] = []
  // Parked keys whose gap is filled by one of the flowing events: what waits under them is retried.
  const filledKeys: string[] = []
  for (const item of items) {
    const event = 'event' in item ? item.event : undefined
    const invalid = 'refusal' in item ? item.refusal : undefined
    // The event that fills a gap overtakes those that wait for it.
    const isNext = event !== undefined && invalid === undefined && versions.isNext(event)
    const fillsGap = isNext && keys.get(item.key) === 'VERSION_GAP'
    if (fillsGap) filledKeys.push(item.key)
    const waits = keys.has(item.key) && !fillsGap
    const refusal = invalid ?? (waits || event === undefined ? undefined : versions.check(event))
    if (waits) parked.push({ item, refusal: refusal ?? behind(item.key), opensQueue: false })
    else if (refusal !== undefined) {
      parked.push({ item, refusal, opensQueue: true })
      keys.set(item.key, refusal.reason)
    } else if ('handler' in item) flowing.push(item)
    else if ('ignored' in item) ignored.push(item.event)
  }
  return { flowing, ignored, parked, filledKeys }
}

function behind(key: string): Refusal {
  return { reason: 'BEHIND', error: new Error(`An earlier event of key ${key} is parked`) }
}

export type HandlerCall = { readonly handler: EventHandler; readonly events: ConsumedEvent[] }

/**
 * Groups events by handler, so that a batch handler gets as many as possible. Keeps each key's order: an event never
 * gets into an earlier call than the event of its key before it.
 */
export function groupByHandler(items: readonly Handled[]): readonly HandlerCall[] {
  const rounds: Map<EventHandler, HandlerCall>[] = []
  const lastOfKey = new Map<string, { round: number; handler: EventHandler }>()
  for (const { key, handler, event } of items) {
    const last = lastOfKey.get(key)
    const round = last === undefined ? 0 : last.handler === handler ? last.round : last.round + 1
    lastOfKey.set(key, { round, handler })
    const calls = (rounds[round] ??= new Map())
    const call = calls.get(handler)
    if (call === undefined) calls.set(handler, { handler, events: [event] })
    else call.events.push(event)
  }
  return rounds.flatMap(calls => [...calls.values()])
}
