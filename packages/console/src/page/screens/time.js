import { html } from 'htm/preact'
import { compact, ms, rate } from '../format.js'
import { screenHead, tabs } from '../parts/basics.js'
import { Chart } from '../parts/chart.js'
import { place, withQuery } from '../place.js'

/** @import { Chart as ChartOf } from '../parts/chart.js' */

export const timeScreen = { id: 'time', href: '/time', title: 'Time', letter: 'h', Screen: TimeScreen }

/** @type {ChartOf} */
export const latencyChart = {
  title: 'Commit to delivered',
  format: ms,
  lines: [
    { name: 'p50', words: 'median', color: 'c1' },
    { name: 'p95', words: '95 %', color: 'c2' },
    { name: 'p99', words: '99 %', color: 'c3' }
  ]
}

/** @type {ChartOf} */
export const throughputChart = {
  title: 'Committed and delivered',
  format: value => `${rate(value)} /s`,
  lines: [
    { name: 'orders', words: 'committed', color: 'c1', fill: true },
    { name: 'delivered', words: 'delivered', color: 'c2' }
  ]
}

/** @type {ChartOf} */
const waitingChart = {
  title: 'Waiting',
  format: compact,
  lines: [{ name: 'waitingKafka', words: 'in Kafka', color: 'c2' }]
}

const ranges = [10, 30, 60]

function TimeScreen() {
  const asked = Number(place.value.query.get('minutes') ?? 60)
  const minutes = ranges.includes(asked) ? asked : 60
  const links = ranges.map(
    value => /** @type {const} */ ([withQuery({ minutes: value }), `${value} min`, value === minutes])
  )
  return html`
    ${screenHead('Time', tabs(links))}
    <div class="stack">
      ${[latencyChart, throughputChart, waitingChart].map(
        chart => html`<${Chart} key=${chart.title} ...${chart} minutes=${minutes} tall />`
      )}
    </div>
    <p class="small footnote">
      A point covers five seconds: the mean for rates, the highest value for times and for what waits. The server keeps
      one hour, so a reload loses nothing.
    </p>
  `
}
