import { type BinlogPosition, commitTimeOf, eventTypes, readBinlog } from './read-binlog.ts'
import { readRows, readTableMap, type TableMap, tableIdOf } from './rows.ts'

/** Microseconds since 1970 by order id. */
export type Commits = {
  /** The order's COMMIT. */
  readonly orders: ReadonlyMap<number, number>
  /** The delivery's COMMIT, and when its INSERT began. */
  readonly deliveries: ReadonlyMap<number, { readonly commit: number; readonly begun: number }>
}

/** When each order and each delivery was committed, as MySQL's own binlog says it: both by one clock, without a probe. */
export async function readCommits(dir: string, from: BinlogPosition, to: BinlogPosition): Promise<Commits> {
  const orders = new Map<number, number>()
  const deliveries = new Map<number, { commit: number; begun: number }>()
  const tables = new Map<number, TableMap>()
  let commit = 0
  for await (const { type, body } of readBinlog(dir, from, to)) {
    if (type === eventTypes.gtid) commit = commitTimeOf(body)
    else if (type === eventTypes.tableMap) tables.set(tableIdOf(body), readTableMap(body))
    else if (type === eventTypes.writeRows) note(body, tables.get(tableIdOf(body)), commit)
  }
  return { orders, deliveries }

  function note(body: Buffer, map: TableMap | undefined, at: number): void {
    if (map?.table === 'customer_order') for (const [id] of readRows(body, map)) orders.set(Number(id), at)
    if (map?.table === 'delivery')
      for (const [id, , , begun] of readRows(body, map))
        deliveries.set(Number(id), { commit: at, begun: Number(begun) })
  }
}
