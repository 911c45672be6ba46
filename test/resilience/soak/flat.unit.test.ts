import { expect, it } from 'vitest'
import { judgeFlat } from './flat.ts'

/** 60 looks at one process, its memory, handles and the lag given by the number of the look. */
function looks(of: { rssMb?: (n: number) => number; handles?: (n: number) => number; lag?: (n: number) => number }) {
  const { rssMb = () => 100, handles = () => 30, lag = () => 5 } = of
  return Array.from({ length: 60 }, (_, n) => ({
    at: n,
    underWay: lag(n),
    processes: { service: { rssMb: rssMb(n), handles: handles(n) } }
  }))
}
const grown = (of: Parameters<typeof looks>[0]) =>
  judgeFlat(looks(of))
    .filter(({ flat }) => !flat)
    .map(({ what }) => what)

it('finds flat what stays, what jitters, and what grew only while it was new', () => {
  expect(grown({})).toEqual([])
  expect(grown({ rssMb: n => 100 + 20 * (n % 3), lag: n => (n % 7) * 20 })).toEqual([])
  expect(grown({ rssMb: n => Math.min(400, 100 + n * 30) })).toEqual([])
})

it('catches memory, handles and lag that grow on and on', () => {
  expect(grown({ rssMb: n => 100 + n * 3 })).toEqual(['service memory in MB'])
  expect(grown({ handles: n => 30 + n })).toEqual(['service handles'])
  expect(grown({ lag: n => n * 10 })).toEqual(['events under way'])
})
