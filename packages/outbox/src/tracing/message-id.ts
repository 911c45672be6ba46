import * as crypto from 'node:crypto'

/** A new UUIDv7 (RFC 9562): unique everywhere, and sorted by the millisecond in which it was made. */
export function newMessageId(): string {
  const builtIn = (crypto as { randomUUIDv7?: () => string }).randomUUIDv7
  return builtIn === undefined ? uuidVersion7(Date.now()) : builtIn()
}

/** The same for a Node that has no such function. */
export function uuidVersion7(milliseconds: number): string {
  const bytes = crypto.randomBytes(16)
  bytes.writeUIntBE(milliseconds, 0, 6)
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x70, 6)
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8)
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
