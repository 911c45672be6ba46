import { compact } from '../lib/format.js'
import { createChart } from './chart.js'

let chart
let known = ''

/** The lag of each partition of the pipeline's group; made anew when partitions are added. */
export function lagChart(series) {
  const names = Object.keys(series?.figures ?? {})
    .filter(name => /^lag\d+$/.test(name))
    .sort()
    .slice(0, 6)
  if (chart === undefined || names.join() !== known) {
    known = names.join()
    const colors = ['c1', 'c2', 'c3', 'c4', 'c5', 'c6']
    const lines = names.map((name, index) => ({ name, words: `partition ${name.slice(3)}`, color: colors[index] }))
    chart = createChart({ id: `lag-${known}`, title: 'Lag', format: compact, lines })
  }
  return chart
}
