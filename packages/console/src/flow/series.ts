import type { Series } from '../api/pipeline-schemas.ts'
import { sum } from '../kafka/record-reader.ts'

const mostPoints = 3_600
const mostNames = 60

type Figures = Readonly<Record<string, number | null>>
type Steps = { readonly stepMs: number; readonly means: readonly string[] }

/** Figures over time, one point a second for an hour. */
export function createSeries({ stepMs, means }: Steps) {
  const points: { readonly at: number; readonly figures: Figures }[] = []
  const names = new Set<string>()
  return {
    add(at: number, figures: Figures): void {
      points.push({ at, figures })
      if (points.length > mostPoints) points.shift()
      for (const name of Object.keys(figures)) if (names.size < mostNames) names.add(name)
    },
    /** The points merged into steps: the mean of the figures in `means`, the maximum of the others. */
    inSteps(): Series {
      const steps = Map.groupBy(points, ({ at }) => Math.floor(at / stepMs) * stepMs)
      const merge = (name: string) =>
        [...steps.values()].map(members => {
          const known = members.map(({ figures }) => figures[name]).filter(value => typeof value === 'number')
          if (known.length === 0) return null
          return means.includes(name) ? sum(known) / known.length : Math.max(...known)
        })
      const figures = Object.fromEntries([...names].map(name => [name, merge(name)]))
      return { stepMs, at: [...steps.keys()], figures }
    }
  }
}
