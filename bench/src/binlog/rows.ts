export type TableMap = {
  readonly id: number
  readonly database: string
  readonly table: string
  readonly types: readonly number[]
  /** For each column what its type needs: a length, or digits after the second. */
  readonly meta: readonly number[]
}

const type = { long: 3, longlong: 8, varchar: 15, timestamp2: 17 } as const
const metaSize: Readonly<Record<number, number>> = {
  15: 2,
  17: 1,
  18: 1,
  19: 1,
  245: 1,
  252: 1,
  246: 2,
  254: 2,
  253: 2
}

export function readTableMap(body: Buffer): TableMap {
  const databaseSize = body.readUInt8(8)
  const database = body.toString('utf8', 9, 9 + databaseSize)
  const tableAt = 9 + databaseSize + 1
  const tableSize = body.readUInt8(tableAt)
  const table = body.toString('utf8', tableAt + 1, tableAt + 1 + tableSize)
  const countAt = tableAt + 1 + tableSize + 1
  const count = body.readUInt8(countAt)
  const types = [...body.subarray(countAt + 1, countAt + 1 + count)]
  let at = countAt + 1 + count + 1
  const meta = types.map(each => {
    const size = metaSize[each] ?? 0
    const value = size === 0 ? 0 : body.readUIntLE(at, size)
    at += size
    return value
  })
  return { id: tableIdOf(body), database, table, types, meta }
}

export function tableIdOf(body: Buffer): number {
  return body.readUIntLE(0, 6)
}

export type Row = readonly (number | string | null)[]

/** The rows of a WRITE_ROWS event of a table that has only integers, short text and timestamps. */
export function readRows(body: Buffer, map: TableMap): readonly Row[] {
  const extraSize = body.readUInt16LE(8)
  const count = body.readUInt8(8 + extraSize)
  const nullBytes = Math.ceil(count / 8)
  let at = 8 + extraSize + 1 + nullBytes
  const rows: Row[] = []
  while (at < body.length) {
    const nulls = body.subarray(at, at + nullBytes)
    at += nullBytes
    const row = map.types.map((each, column) => {
      if (((nulls[column >> 3] ?? 0) >> (column & 7)) & 1) return null
      const { value, size } = readValue(body, at, { type: each, meta: map.meta[column] ?? 0 })
      at += size
      return value
    })
    rows.push(row)
  }
  return rows
}

type Column = { readonly type: number; readonly meta: number }

function readValue(body: Buffer, at: number, column: Column): { value: number | string; size: number } {
  switch (column.type) {
    case type.long:
      return { value: body.readInt32LE(at), size: 4 }
    case type.longlong:
      return { value: Number(body.readBigInt64LE(at)), size: 8 }
    case type.varchar: {
      const prefix = column.meta > 255 ? 2 : 1
      const size = body.readUIntLE(at, prefix)
      return { value: body.toString('utf8', at + prefix, at + prefix + size), size: prefix + size }
    }
    case type.timestamp2: {
      const fraction = Math.ceil(column.meta / 2)
      const parts = fraction === 0 ? 0 : body.readUIntBE(at + 4, fraction) * 10 ** (6 - fraction * 2)
      return { value: body.readUInt32BE(at) * 1e6 + parts, size: 4 + fraction }
    }
    default:
      throw new Error(`A column of type ${column.type} is not read by the bench`)
  }
}
