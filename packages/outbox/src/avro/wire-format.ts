// Confluent's wire format: a zero byte, the schema's id in four bytes, then Avro.
const headLength = 5

export function toWire(id: number, avro: Buffer): Buffer {
  const bytes = Buffer.allocUnsafe(headLength + avro.length)
  bytes.writeUInt8(0, 0)
  bytes.writeUInt32BE(id, 1)
  avro.copy(bytes, headLength)
  return bytes
}

/** The schema's id and the Avro bytes; undefined for bytes in another format, such as JSON. */
export function fromWire(bytes: Buffer): { readonly id: number; readonly avro: Buffer } | undefined {
  if (bytes.length < headLength || bytes[0] !== 0) return undefined
  return { id: bytes.readUInt32BE(1), avro: bytes.subarray(headLength) }
}
