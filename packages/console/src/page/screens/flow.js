import { html } from 'htm/preact'
import { ago, compact, duration, exact, fact, idText, ms, number, rate } from '../format.js'
import { stateMark, when } from '../parts/basics.js'
import { Chart } from '../parts/chart.js'
import { nothingYet, writeButton } from '../parts/write-one.js'
import { nouns } from '../noun.js'
import { addressOf } from '../place.js'
import { flow, now, series } from '../signals.js'
import { latencyChart, throughputChart } from './time.js'

/** @import { Flow, Hop } from '../../api/pipeline-schemas.ts' */

export function FlowScreen() {
  const found = flow.value
  if (found === undefined) return html`<p class="muted loading">Reading every part once …</p>`
  return html`
    <h1 class="sr">The flow of ${nouns}</h1>
    <ol class="flow" aria-label="From commit to effect">
      ${found.hops.map((hop, index) => [arrow(found.hops[index - 1], hop), card(hop, found)])}
    </ol>
    <p class="small footnote">Rates are means of the last 10 s, medians those of the last minute.</p>
    <div class="charts">
      <${Chart} ...${latencyChart} minutes=${10} />
      <${Chart} ...${throughputChart} minutes=${10} />
    </div>
    ${newest(found)}
  `
}

/**
 * What a hop's rate counts, the figure of its small chart, and the measured time from the commit until an event passed.
 * @type {Record<Hop['id'], { unit: string, figure?: string, latency?: keyof Flow['latency'], passed: string }>}
 */
const meanings = {
  writer: { unit: 'requests accepted', passed: 'to answer' },
  database: { unit: 'rows committed', figure: 'committed', passed: 'commit' },
  debezium: { unit: 'events read', latency: 'toDebezium', passed: 'read' },
  topic: { unit: 'events written', figure: 'published', latency: 'toKafka', passed: 'in Kafka' },
  delivery: { unit: 'events handled', figure: 'delivered', latency: 'toDelivery', passed: 'delivered' }
}

/** @param {Hop} hop @param {Flow} whole */
function card(hop, whole) {
  const isStale = hop.readAt !== null && now.value - hop.readAt > 5_000
  const { unit, figure } = meanings[hop.id]
  return html`<li key=${hop.id} class=${`panel hop ${hop.state}`} data-stale=${isStale ? '' : null}>
    <h2>${hop.title}</h2>
    <p class="muted name" title=${hop.name}>${hop.name}</p>
    <p class="hop-state">${stateMark(hop.state, hop.words)}</p>
    <p class="row figure">
      <span class="big">${rate(hop.rate)}</span><span class="muted">/s</span><span class="small unit">${unit}</span>
    </p>
    ${waits(hop)}
    ${figure && sparkline(series.value?.figures[figure] ?? [])}
    ${hop.id === 'topic' && partitions(whole)}
    ${facts(hop)}
    ${isStale && html`<p class="small footnote">figures of ${ago(hop.readAt, now.value)}</p>`}
    <p class="small at">${clockOf(hop, whole)}</p>
  </li>`
}

/** When an event passes here, counted from its commit. @param {Hop} hop @param {Flow} whole */
function clockOf({ id, facts: known }, whole) {
  const { latency, passed } = meanings[id]
  if (id === 'database') return html`<b>0 ms</b> ${passed}`
  const answered = known.find(({ unit }) => unit === 'ms')
  const measured = latency === undefined ? answered?.value : whole.latency[latency]?.p50
  if (measured === undefined) return null
  return html`<b>${latency === undefined ? '≤' : '+'} ${ms(Number(measured))}</b> ${passed}, median`
}

/** @param {Hop} hop */
function facts({ facts: all }) {
  const shown = all.filter(({ unit }) => unit !== 'ms')
  return html`<dl class="stack facts">
    ${shown.map(one => {
      const at = one.unit === 'ago' && one.value !== null ? exact(Number(one.value)) : null
      return html`<div key=${one.label}><dt>${one.label}</dt><dd title=${at}>${fact(one, now.value)}</dd></div>`
    })}
  </dl>`
}

/** How far the group is behind in each partition. @param {Flow} flow */
function partitions({ partitions: list }) {
  if (list.length === 0 || list.length > 12) return null
  return html`<ul class="row partitions" aria-label="Lag of each partition">
    ${list.map(
      ({ partition, lag }) => html`<li key=${partition} title=${`Lag of partition ${partition}`}>
        p${partition} <span class=${lag ? 'state slow' : 'muted'}>${compact(lag)}</span>
      </li>`
    )}
  </ul>`
}

/** Between two hops: whether it moves. @param {Hop | undefined} from @param {Hop} to */
function arrow(from, to) {
  if (from === undefined) return null
  const isMoving = from.state !== 'stopped' && to.state !== 'stopped' && (to.rate ?? 0) > 0.05
  return html`<li key=${`to-${to.id}`} class=${isMoving ? 'arrow moving' : 'arrow'} aria-hidden="true"><span></span></li>`
}

/** What has not passed a hop; events that are simply on their way are left out. @param {Hop} hop */
function waits({ waiting, state }) {
  if (waiting === null || waiting.events === 0 || (state !== 'stopped' && waiting.ms < 1_000)) return null
  const color = state === 'stopped' ? state : 'slow'
  return html`<p class=${`row waits ${color}`}><b>${number(waiting.events)} waiting</b><span>oldest ${duration(waiting.ms)}</span></p>`
}

/** @param {Flow} flow */
function newest({ newest: items }) {
  const rows = items.map(
    one => html`<li key=${one.id}><a class="line" href=${addressOf('orders', one.id)}>
      <b>${idText(one.id)}</b>
      <span>${one.label}</span>
      <span class="muted">${when(one.createdAt)}</span>
      <span class="num">${delivered(one)}</span>
    </a></li>`
  )
  return html`<section class="panel">
    <div class="row apart"><h2>Newest ${nouns}</h2>${writeButton()}</div>
    ${rows.length === 0 ? nothingYet() : html`<ol class="lines newest">${rows}</ol>`}
  </section>`
}

/** @param {Flow['newest'][number]} one */
function delivered({ delivered: isDelivered, deliveredMs }) {
  if (isDelivered === null) return null
  if (!isDelivered) return stateMark('unknown', 'on its way')
  return stateMark('ok', deliveredMs === null ? 'delivered' : `delivered in ${ms(deliveredMs)}`)
}

const [width, height] = [120, 26]

/**
 * The last ten minutes of a figure as a small shape. Decoration: the number stands beside it.
 * @param {readonly (number | null)[]} values
 */
function sparkline(values) {
  const known = values.findIndex(value => value !== null)
  const shown = known < 0 ? [] : values.slice(Math.max(known, values.length - 120)).map(value => value ?? 0)
  const top = Math.max(1, ...shown)
  const x = (/** @type {number} */ index) => ((width * index) / Math.max(11, shown.length - 1)).toFixed(1)
  const y = (/** @type {number} */ value) => (height - 1 - (value / top) * (height - 3)).toFixed(1)
  const line = shown.map((value, index) => `${index === 0 ? 'M' : 'L'}${x(index)} ${y(value)}`).join('')
  const area = line && `${line}L${x(shown.length - 1)} ${height}L0 ${height}Z`
  return html`<svg class="spark" viewBox=${`0 0 ${width} ${height}`} preserveAspectRatio="none" aria-hidden="true">
    <path d=${area} fill="currentcolor" fill-opacity="0.1" />
    <path d=${line} fill="none" stroke="currentcolor" stroke-width="1.5" vector-effect="non-scaling-stroke" />
  </svg>`
}
