import { expect, it } from 'vitest'
import { countEstablished, measureGrowth } from './samples.ts'

/** 60 samples of one process; memory, handles and lag depend on the number of the sample. */
function samplesOf(of: {
  rssMb?: (n: number) => number
  handles?: (n: number) => number
  lag?: (n: number) => number
}) {
  const { rssMb = () => 100, handles = () => 30, lag = () => 5 } = of
  return Array.from({ length: 60 }, (_, n) => ({
    at: n,
    underWay: lag(n),
    processes: { service: { rssMb: rssMb(n), handles: handles(n) } }
  }))
}
const grown = (of: Parameters<typeof samplesOf>[0]) =>
  measureGrowth(samplesOf(of))
    .filter(({ flat }) => !flat)
    .map(({ what }) => what)

it('counts as flat what stays, what jitters, and what grew only during the warm-up', () => {
  expect(grown({})).toEqual([])
  expect(grown({ rssMb: n => 100 + 20 * (n % 3), lag: n => (n % 7) * 20 })).toEqual([])
  expect(grown({ rssMb: n => Math.min(400, 100 + n * 30) })).toEqual([])
})

it('reports memory, handles and lag that keep growing', () => {
  expect(grown({ rssMb: n => 100 + n * 3 })).toEqual(['service memory in MB'])
  expect(grown({ handles: n => 30 + n })).toEqual(['service handles'])
  expect(grown({ lag: n => n * 10 })).toEqual(['events under way'])
})

const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 100
   1: 0100007F:1F90 0100007F:C350 01 00000000:00000000 00:00000000 00000000     0        0 101
   2: 0100007F:1F90 0100007F:C351 08 00000000:00000000 00:00000000 00000000     0        0 102
   3: 0100007F:C350 0100007F:1F90 01 00000000:00000000 00:00000000 00000000     0        0 103
`

it('counts established connections at the port, not listeners, closing connections or the other end', () => {
  expect(countEstablished(table, 8080)).toBe(1)
  expect(countEstablished(table, 50_000)).toBe(1)
  expect(countEstablished(table, 80)).toBe(0)
})
