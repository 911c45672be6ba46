import { h } from '../lib/dom.js'

const width = 120
const height = 26

/** The last ten minutes of a figure, or as much as there is, as a small shape. Decoration: the number stands beside it. */
export function sparkline(values) {
  const known = values.findIndex(value => value !== null)
  const shown = known < 0 ? [] : values.slice(Math.max(known, values.length - 120))
  const top = Math.max(1, ...shown.map(value => value ?? 0))
  const x = index => (width * index) / Math.max(11, shown.length - 1)
  const y = value => height - 1 - ((value ?? 0) / top) * (height - 3)
  const line = shown
    .map((value, index) => `${index === 0 ? 'M' : 'L'}${x(index).toFixed(1)} ${y(value).toFixed(1)}`)
    .join('')
  const area = line === '' ? '' : `${line}L${x(shown.length - 1).toFixed(1)} ${height}L${x(0).toFixed(1)} ${height}Z`
  return h(
    'svg',
    { class: 'spark', viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: 'none', 'aria-hidden': 'true' },
    h('path', { d: area, class: 'area' }),
    h('path', { d: line, class: 'line' })
  )
}
