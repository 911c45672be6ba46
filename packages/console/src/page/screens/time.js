import { html } from 'htm/preact'
import { compact, ms, rate } from '../format.js'
import { screenHead, tabs } from '../parts/basics.js'
import { hopTabs } from '../parts/hop-tabs.js'
import { Chart } from '../parts/chart.js'
import { place, withQuery } from '../place.js'

/** @import { Chart as ChartOf } from '../parts/chart.js' */

/** @type {ChartOf} */
export const latencyChart = {
  title: 'Commit to delivered',
  format: ms,
  lines: { p50: 'median', p95: '95 %', p99: '99 %' }
}

/** @type {ChartOf} */
export const throughputChart = {
  title: 'Committed and delivered',
  format: value => `${rate(value)} /s`,
  lines: { committed: 'committed', delivered: 'delivered' },
  fill: true
}

/** @type {ChartOf} */
const waitingChart = {
  title: 'Waiting',
  format: compact,
  lines: { waitingKafka: 'in Kafka' },
  color: 2
}

const ranges = [10, 30, 60]

export function TimeScreen() {
  const asked = Number(place.value.query.get('minutes') ?? 60)
  const minutes = ranges.includes(asked) ? asked : 60
  const links = tabs(
    ranges.map(value => [withQuery({ minutes: value }), `${value} min`]),
    withQuery({ minutes })
  )
  return html`
    ${hopTabs()}
    ${screenHead('Time', links)}
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
