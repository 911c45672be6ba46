import { h } from '../lib/dom.js'
import { clock, duration, number } from '../lib/format.js'

/** How many records came when: a bar for each sixtieth, and a click shows the records from then on. */
export function volumeChart({ from, stepMs, counts }, { path }) {
  const top = Math.max(1, ...counts)
  const total = counts.reduce((sum, count) => sum + count, 0)
  const bars = counts.map((count, index) => {
    const at = from + index * stepMs
    const words = `${number(count)} records from ${clock(at).slice(0, 5)}`
    const height = count === 0 ? 0 : Math.max(3, (count / top) * 100)
    const bar = h(
      'svg',
      { viewBox: '0 0 10 100', preserveAspectRatio: 'none', 'aria-hidden': 'true' },
      h('rect', { x: 0.8, y: 100 - height, width: 8.4, height, rx: 0.8 })
    )
    return h(
      'li',
      { 'data-key': String(at) },
      count === 0
        ? bar
        : h('a', { href: `/topics/${encodeURIComponent(path[1])}?at=${at}`, title: words, 'aria-label': words }, bar)
    )
  })
  return [
    h('ol.volume', { 'aria-label': `${number(total)} records` }, bars),
    h(
      'p.volume-scale',
      {},
      h('span', {}, clock(from).slice(0, 5)),
      h('span', {}, `${number(total)} records · most in ${duration(stepMs)}: ${number(top)}`),
      h('span', {}, 'now')
    )
  ]
}
