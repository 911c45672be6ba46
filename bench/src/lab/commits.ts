import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { BinlogPosition, Lab } from './lab.ts'

/** Microseconds since 1970 by order id. */
export type Commits = {
  /** The order's COMMIT. */
  readonly orders: ReadonlyMap<number, number>
  /** The delivery's COMMIT, and when its INSERT began. */
  readonly deliveries: ReadonlyMap<number, { readonly commit: number; readonly begun: number }>
}

/** When each order and each delivery since `from` was committed, by MySQL's own binlog: one clock, and no probe. */
export async function readCommits(lab: Lab, from: BinlogPosition): Promise<Commits> {
  const to = await lab.binlogPosition()
  const { command, args } = lab.mysqlbinlog
  const range = [`--start-position=${from.position}`, `--stop-position=${to.position}`]
  const decoded = ['--no-defaults', '--base64-output=decode-rows', '--verbose']
  const child = spawn(command, [...args, ...decoded, ...range, ...filesBetween(from.file, to.file)], {
    cwd: lab.binlogDir,
    stdio: ['ignore', 'pipe', 'inherit']
  })
  const reader = createCommitReader()
  createInterface({ input: child.stdout }).on('line', reader.read)
  const [code] = (await once(child, 'close')) as [number | null]
  if (code !== 0) throw new Error(`mysqlbinlog ended with code ${code}`)
  return reader.commits
}

/** Reads what `mysqlbinlog --verbose` prints: the commit time of a transaction, then its rows with a line a column. */
export function createCommitReader(): { readonly commits: Commits; readonly read: (line: string) => void } {
  const orders = new Map<number, number>()
  const deliveries = new Map<number, { commit: number; begun: number }>()
  let [commit, table, id] = [0, '', 0]

  function read(line: string): void {
    const stamp = /^# immediate_commit_timestamp=(\d+)/.exec(line)?.[1]
    if (stamp !== undefined) commit = Number(stamp)
    if (!line.startsWith('### ')) return
    const statement = /^### (?:INSERT INTO `\w+`\.`(\w+)`|UPDATE|DELETE)/.exec(line)
    if (statement !== null) table = statement[1] ?? ''
    const [, column, value] = /^### {3}@([14])=([\d.]+)/.exec(line) ?? []
    if (column === '1') id = Number(value)
    if (column === '1' && table === 'customer_order') orders.set(id, commit)
    if (column === '4' && table === 'delivery') deliveries.set(id, { commit, begun: Math.round(Number(value) * 1e6) })
  }
  return { commits: { orders, deliveries }, read }
}

/** The names of all binlog files from the first to the last: they are numbered. */
function filesBetween(first: string, last: string): readonly string[] {
  const [from, to] = [first, last].map(file => Number(/\d+$/.exec(file)?.[0])) as [number, number]
  return Array.from({ length: to - from + 1 }, (_, index) =>
    first.replace(/\d+$/, digits => String(from + index).padStart(digits.length, '0'))
  )
}
