import { html } from 'htm/preact'
import { ago, compact, duration, exact, fact, idText, ms, number, percent, rate } from '../format.js'
import { stateMark, table, when } from '../parts/basics.js'
import { Chart } from '../parts/chart.js'
import { hopTabs } from '../parts/hop-tabs.js'
import { nothingYet, writeButton } from '../parts/write-one.js'
import { hop, nouns } from '../hops.js'
import { addressOf, base } from '../place.js'
import { about, flow, now, series } from '../signals.js'
import { latencyChart, throughputChart } from './time.js'

/** @import { Call, Hop, Part } from '../../api/pipeline-schemas.ts' */

export function FlowScreen() {
  const found = flow.value?.hops.find(({ name }) => name === hop.value.name)
  if (found === undefined) return html`<p class="muted loading">Reading every part once …</p>`
  return html`
    ${hopTabs()}
    <h1 class="sr">The flow of ${nouns.value}</h1>
    <ol class="flow" aria-label="From commit to effect">
      ${found.parts.map((part, index) => [arrow(found.parts[index - 1], part), card(part, found)])}
    </ol>
    <p class="small footnote">Rates are means of the last 10 s, medians those of the last minute.</p>
    ${calls(flow.value?.calls ?? [])}
    <div class="charts">
      <${Chart} ...${latencyChart} minutes=${10} />
      <${Chart} ...${throughputChart} minutes=${10} />
    </div>
    ${newest(found)}
    ${figure()}
  `
}

/**
 * What a part's rate counts, the figure of its small chart, and the measured time from the commit until an event passed.
 * @type {Record<Part['id'], { unit: string, figure?: string, latency?: keyof Hop['latency'], passed: string }>}
 */
const meanings = {
  writer: { unit: 'requests accepted', passed: 'to answer' },
  database: { unit: 'rows committed', figure: 'committed', passed: 'commit' },
  debezium: { unit: 'events read', latency: 'toDebezium', passed: 'read' },
  topic: { unit: 'events written', figure: 'published', latency: 'toKafka', passed: 'in Kafka' },
  delivery: { unit: 'events handled', figure: 'delivered', latency: 'toDelivery', passed: 'delivered' }
}

/** @param {Part} part @param {Hop} whole */
function card(part, whole) {
  const isStale = part.readAt !== null && now.value - part.readAt > 5_000
  const { unit, figure } = meanings[part.id]
  return html`<li key=${part.id} class=${`panel part ${part.state}`} data-stale=${isStale ? '' : null}>
    <h2>${part.title}</h2>
    <p class="muted name" title=${part.name}>${part.name}</p>
    <p class="part-state">${stateMark(part.state, part.words)}</p>
    <p class="row figure">
      <span class="big">${rate(part.rate)}</span><span class="muted">/s</span><span class="small unit">${unit}</span>
    </p>
    ${waits(part)}
    ${figure && sparkline(series.value?.figures[figure] ?? [])}
    ${part.id === 'topic' && partitions(whole)}
    ${facts(part)}
    ${isStale && html`<p class="small footnote">figures of ${ago(part.readAt, now.value)}</p>`}
    <p class="small at">${clockOf(part, whole)}</p>
  </li>`
}

/** When an event passes here, counted from its commit. @param {Part} part @param {Hop} whole */
function clockOf({ id, facts: known }, whole) {
  const { latency, passed } = meanings[id]
  if (id === 'database') return html`<b>0 ms</b> ${passed}`
  const answered = known.find(({ unit }) => unit === 'ms')
  const measured = latency === undefined ? answered?.value : whole.latency[latency]?.p50
  if (measured === undefined) return null
  return html`<b>${latency === undefined ? '≤' : '+'} ${ms(Number(measured))}</b> ${passed}, median`
}

/** @param {Part} part */
function facts({ facts: all }) {
  const shown = all.filter(({ unit }) => unit !== 'ms')
  return html`<dl class="stack facts">
    ${shown.map(one => {
      const at = one.unit === 'ago' && one.value !== null ? exact(Number(one.value)) : null
      return html`<div key=${one.label}><dt>${one.label}</dt><dd title=${at}>${fact(one, now.value)}</dd></div>`
    })}
  </dl>`
}

/** How far the group is behind in each partition. @param {Hop} hop */
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

/** Between two parts: whether it moves. @param {Part | undefined} from @param {Part} to */
function arrow(from, to) {
  if (from === undefined) return null
  const isMoving = from.state !== 'stopped' && to.state !== 'stopped' && (to.rate ?? 0) > 0.05
  return html`<li key=${`to-${to.id}`} class=${isMoving ? 'arrow moving' : 'arrow'} aria-hidden="true"><span></span></li>`
}

/** What has not passed a part; events that are simply on their way are left out. @param {Part} part */
function waits({ waiting, state }) {
  if (waiting === null || waiting.events === 0 || (state !== 'stopped' && waiting.ms < 1_000)) return null
  const color = state === 'stopped' ? state : 'slow'
  return html`<p class=${`row waits ${color}`}><b>${number(waiting.events)} waiting</b><span>oldest ${duration(waiting.ms)}</span></p>`
}

/** Which service asks which, whatever hop is shown. @param {readonly Call[]} items */
function calls(items) {
  if (items.length === 0) return null
  const rows = table({ label: 'Calls to other services', items }, [
    ['Call', ({ from, to }) => `${from} → ${to}`],
    ['Circuit breaker', ({ state, words }) => stateMark(state, words)],
    ['Calls/s', call => rate(call.rate), 'num'],
    ['Failed', call => percent(call.failed), 'num']
  ])
  return html`<section class="panel calls"><h2>Calls to other services</h2>${rows}</section>`
}

/** @param {Hop} hop */
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
    <div class="row apart"><h2>Newest ${nouns.value}</h2>${writeButton()}</div>
    ${rows.length === 0 ? nothingYet() : html`<ol class="lines newest">${rows}</ol>`}
  </section>`
}

/** The picture that the system comes with. */
function figure() {
  const shown = about.value?.figure
  if (!shown) return null
  return html`<figure class="panel">
    <h2>${shown.title}</h2>
    <img src=${`${base}/figure.svg`} alt=${shown.title} loading="lazy" />
    <figcaption class="muted">${shown.about}</figcaption>
  </figure>`
}

/** @param {Hop['newest'][number]} one */
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
