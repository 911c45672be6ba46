import type { Offsets } from './record-reader.ts'

/** A place in a topic as text for an address: `0:120,1:88`, the offset of each partition. */
export function cursorText(offsets: Offsets): string {
  return [...offsets]
    .sort(([a], [b]) => a - b)
    .map(([partition, offset]) => `${partition}:${offset}`)
    .join(',')
}

export const cursorPattern = /^\d{1,6}:\d{1,16}(,\d{1,6}:\d{1,16}){0,4095}$/

export function offsetsFrom(cursor: string): Offsets {
  return new Map(
    cursor.split(',').map(part => {
      const [partition, offset] = part.split(':').map(Number)
      return [partition ?? 0, offset ?? 0]
    })
  )
}
