import type { SqlValue } from '../transactions/open-transaction.ts'

type Limit = { readonly most: number; readonly format: () => string }

const commandByte = 1

/** At most what the packet of a script takes; exactly, once it may be more than `most`. */
export function bytesOf(script: string, values: readonly SqlValue[], { most, format }: Limit): number {
  const bound = commandByte + script.length * 3 + values.reduce<number>((sum, value) => sum + boundOf(value), 0)
  return bound <= most ? bound : commandByte + Buffer.byteLength(format())
}

// In UTF-8 a character takes at most three bytes for each of its UTF-16 units, and an escaped one takes two.
function boundOf(value: SqlValue): number {
  if (typeof value === 'string') return value.length * 3 + 2
  return Buffer.isBuffer(value) ? value.length * 2 + 3 : 30
}
