import type { ConsumedEvent, EventHandler } from './consumed-event.ts'
import type { Prepared } from './prepare.ts'

export type Handled = Extract<Prepared, { handler: EventHandler }>
export type Wave = { readonly handler: EventHandler; readonly events: ConsumedEvent[] }

/**
 * Groups events by handler, so that a batch handler gets as many as possible, and keeps each key's order: an event
 * never lands in an earlier wave than the event of its key before it.
 */
export function wavesOf(items: readonly Handled[]): readonly Wave[] {
  const levels: Map<EventHandler, Wave>[] = []
  const lastOfKey = new Map<string, { level: number; handler: EventHandler }>()
  for (const { key, handler, event } of items) {
    const last = lastOfKey.get(key)
    const level = last === undefined ? 0 : last.handler === handler ? last.level : last.level + 1
    lastOfKey.set(key, { level, handler })
    const waves = (levels[level] ??= new Map())
    const wave = waves.get(handler)
    if (wave === undefined) waves.set(handler, { handler, events: [event] })
    else wave.events.push(event)
  }
  return levels.flatMap(waves => [...waves.values()])
}
