/** What one look at the pipeline saw. */
export type Sample = {
  readonly at: number
  /** Committed, and not yet in effect. */
  readonly underWay: number
  readonly processes: Readonly<Record<string, { readonly rssMb: number; readonly handles: number }>>
}

export type Grown = { readonly what: string; readonly from: number; readonly to: number; readonly flat: boolean }

// A heap may fill up to its bound and a pool to its size while the load is new: the first third is not looked at.
const warmUp = 1 / 3
const allowed = { rssMb: 48, handles: 12, underWay: 200 }
const ratio = 1.15

/** Compares the median just after the warm-up with that of the end: each must be where it was, but for noise. */
export function judgeFlat(samples: readonly Sample[]): readonly Grown[] {
  const warm = samples.slice(Math.floor(samples.length * warmUp))
  const quarter = Math.max(1, Math.floor(warm.length / 4))
  const compare = (what: string, pick: (sample: Sample) => number | undefined, noise: number): Grown => {
    const of = (part: readonly Sample[]) => median(part.map(pick).filter(value => value !== undefined))
    const [from, to] = [of(warm.slice(0, quarter)), of(warm.slice(-quarter))]
    return { what, from, to, flat: to <= from * ratio + noise }
  }
  const names = [...new Set(samples.flatMap(({ processes }) => Object.keys(processes)))]
  return [
    compare('events under way', ({ underWay }) => underWay, allowed.underWay),
    ...names.flatMap(name => [
      compare(`${name} memory in MB`, ({ processes }) => processes[name]?.rssMb, allowed.rssMb),
      compare(`${name} handles`, ({ processes }) => processes[name]?.handles, allowed.handles)
    ])
  ]
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other)
  return sorted[Math.floor(sorted.length / 2)] ?? 0
}
