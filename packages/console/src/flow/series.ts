import type { Series } from '../api/pipeline-schemas.ts'

const points = 3_600
const mostColumns = 60

type Steps = { readonly stepMs: number; readonly most: (name: string) => boolean }

/** Figures over time, one point a second for an hour, in fixed memory. */
export function createSeries() {
  const at = new Float64Array(points)
  const columns = new Map<string, Float64Array>()
  let written = 0

  function column(name: string): Float64Array | undefined {
    const known = columns.get(name)
    if (known !== undefined || columns.size >= mostColumns) return known
    const made = new Float64Array(points).fill(Number.NaN)
    columns.set(name, made)
    return made
  }

  return {
    add(time: number, figures: Readonly<Record<string, number | null>>): void {
      const slot = written++ % points
      at[slot] = time
      for (const values of columns.values()) values[slot] = Number.NaN
      for (const [name, value] of Object.entries(figures)) {
        const values = column(name)
        if (values !== undefined) values[slot] = value ?? Number.NaN
      }
    },
    /** The points since `from`, merged into steps: the mean of each, or the maximum for the names that `most` picks. */
    since(from: number, { stepMs, most }: Steps) {
      const part: Pick<Series, 'at' | 'figures'> = {
        at: [],
        figures: Object.fromEntries([...columns.keys()].map(name => [name, []]))
      }
      const slots = Array.from({ length: Math.min(written, points) }, (_, index) => (written - 1 - index) % points)
      const kept = slots.filter(slot => (at[slot] ?? 0) > from).toReversed()
      for (const [step, members] of Map.groupBy(kept, slot => Math.floor((at[slot] ?? 0) / stepMs) * stepMs)) {
        part.at.push(step)
        for (const [name, values] of columns)
          part.figures[name]?.push(
            merged(
              members.map(slot => values[slot] ?? Number.NaN),
              most(name)
            )
          )
      }
      return part
    }
  }
}

function merged(values: readonly number[], most: boolean): number | null {
  const known = values.filter(value => !Number.isNaN(value))
  if (known.length === 0) return null
  if (most) return Math.max(...known)
  return known.reduce((sum, value) => sum + value, 0) / known.length
}
