import { h } from '../lib/dom.js'
import { chartOf } from '../parts/chart.js'
import { latencyChart, throughputChart, waitingChart } from '../parts/time-charts.js'
import { withQuery } from '../router.js'

const charts = [latencyChart, throughputChart, waitingChart]

export const timeScreen = {
  id: 'time',
  href: '/time',
  title: 'Time',
  letter: 'h',
  draw({ place }) {
    const minutes = minutesOf(place)
    const choose = value =>
      h('a', { href: withQuery({ minutes: value }), 'aria-current': value === minutes ? 'true' : null }, `${value} min`)
    return [
      h('div.screen-head', {}, h('h1', {}, 'Time'), h('div.tabs', {}, [10, 30, 60].map(choose))),
      h(
        'div.stack',
        {},
        charts.map(chart => chartOf(chart, { minutes, tall: true }))
      ),
      h(
        'p.footnote',
        {},
        'A point is five seconds: the mean of rates, the most of times and of what waits. The server keeps an hour, so a reload loses nothing.'
      )
    ]
  },
  after({ series, place }) {
    for (const chart of charts) chart.show(series, { minutes: minutesOf(place) })
  }
}

function minutesOf({ query }) {
  const asked = Number(query.get('minutes') ?? 60)
  return [10, 30, 60].includes(asked) ? asked : 60
}
