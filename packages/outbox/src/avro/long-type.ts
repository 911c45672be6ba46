import avsc from 'avsc'

/**
 * A 64-bit integer without loss: a number where that is exact, otherwise text. By default avsc throws or rounds beyond
 * ±2^53.
 */
const exactLong = avsc.types.LongType.__with({
  fromBuffer: (bytes: Buffer) => exact(bytes.readBigInt64LE()),
  toBuffer(value: unknown) {
    const bytes = Buffer.alloc(8)
    bytes.writeBigInt64LE(BigInt(value as string))
    return bytes
  },
  fromJSON: (value: unknown) => exact(BigInt(value as number)),
  toJSON: Number,
  isValid: isLong,
  compare: (a: string, b: string) => (BigInt(a) < BigInt(b) ? -1 : BigInt(a) > BigInt(b) ? 1 : 0)
})

/** avsc calls it for each part of a schema. It replaces avsc's own long type. */
export function typeHook(schema: unknown): avsc.Type | undefined {
  const name = typeof schema === 'object' && schema !== null && 'type' in schema ? schema.type : schema
  return name === 'long' ? exactLong : undefined
}

function exact(value: bigint): number | string {
  return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString()
}

function isLong(value: unknown): boolean {
  if (typeof value === 'number') return Number.isSafeInteger(value)
  return typeof value === 'string' && /^-?\d{1,19}$/.test(value) && BigInt.asIntN(64, BigInt(value)) === BigInt(value)
}
