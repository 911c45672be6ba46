import { open } from 'node:fs/promises'
import { join } from 'node:path'

export type BinlogPosition = { readonly file: string; readonly position: number }
export type BinlogEvent = { readonly type: number; readonly body: Buffer }

export const eventTypes = { tableMap: 19, writeRows: 30, gtid: 33, taggedGtid: 42 } as const

const headerSize = 19
const checksumSize = 4

/** The events of a server on this machine, from its own files, between two positions. */
export async function* readBinlog(dir: string, from: BinlogPosition, to: BinlogPosition): AsyncGenerator<BinlogEvent> {
  for (let number = numberOf(from.file); number <= numberOf(to.file); number++) {
    const file = from.file.replace(/\d+$/, digits => String(number).padStart(digits.length, '0'))
    const start = file === from.file ? from.position : 4
    const bytes = await readPart(join(dir, file), start, file === to.file ? to.position : undefined)
    for (let at = 0; at + headerSize <= bytes.length; ) {
      const size = bytes.readUInt32LE(at + 9)
      yield { type: bytes.readUInt8(at + 4), body: bytes.subarray(at + headerSize, at + size - checksumSize) }
      at += size
    }
  }
}

// A binlog file grows to a gigabyte, of which one measurement is a small part.
async function readPart(path: string, start: number, end?: number): Promise<Buffer> {
  const file = await open(path)
  try {
    const bytes = Buffer.alloc(Math.max(0, (end ?? (await file.stat()).size) - start))
    for (let done = 0; done < bytes.length; ) {
      const { bytesRead } = await file.read(bytes, done, bytes.length - done, start + done)
      if (bytesRead === 0) return bytes.subarray(0, done)
      done += bytesRead
    }
    return bytes
  } finally {
    await file.close()
  }
}

function numberOf(file: string): number {
  return Number(/\d+$/.exec(file)?.[0] ?? 0)
}

/**
 * When MySQL wrote the transaction to its binlog, in microseconds since 1970: the moment of COMMIT, before the sync of
 * the disk. A GTID event has it behind flags, server UUID, number and the two logical clocks.
 */
export function commitTimeOf(gtidEvent: Buffer): number {
  const at = 1 + 16 + 8 + 1 + 8 + 8
  const low = gtidEvent.readUIntLE(at, 6)
  // The highest bit of the seven bytes only says whether a second timestamp follows.
  return low + (gtidEvent.readUInt8(at + 6) & 0x7f) * 2 ** 48
}
