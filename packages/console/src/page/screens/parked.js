import { html } from 'htm/preact'
import { ago, countOf, exact } from '../format.js'
import { useLoaded } from '../load.js'
import { screenHead, stateMark, whenLoaded } from '../parts/basics.js'
import { parkedActions } from '../parts/parked-actions.js'
import { recordDetails } from '../parts/record.js'
import { table } from '../parts/table.js'
import { place } from '../place.js'
import { now } from '../signals.js'

/**
 * @import { Loaded } from '../load.js'
 * @import { HopState, ParkedEvent, ParkedKey } from '../../api/pipeline-schemas.ts'
 */

export const parkedScreen = { id: 'parked', href: '/parked', title: 'Parked', letter: 'p', Screen: ParkedScreen }

function ParkedScreen() {
  const [, consumer, key] = place.value.path
  if (consumer === undefined || key === undefined) return html`${screenHead('Parked events')}<${ParkedKeys} />`
  const follow = /^\d+$/.test(key) && html`<a href=${`/orders/${key}`}>Follow order ${key}</a>`
  return html`${screenHead(`Parked: ${key}`, follow)}<${EventsOfKey} consumer=${consumer} parkedKey=${key} />`
}

function ParkedKeys() {
  /** @type {Loaded<{ items: ParkedKey[] }>} */
  const keys = useLoaded('/api/parked', 1_500)
  return whenLoaded(keys, 'The parked events cannot be read', ({ items }) => {
    return html`<section class="panel">${items.length === 0 ? nothingParked : list(items)}</section>`
  })
}

const nothingParked = html`
  <p>${stateMark('ok', 'Nothing is parked')}</p>
  <p class="muted empty">
    An event that cannot be handled is set aside here with its reason, and later events of the same key wait behind it.
    All other events keep flowing.
  </p>
`

/** @param {ParkedKey} parked */
const hrefOf = ({ consumer, key }) => `/parked/${encodeURIComponent(consumer)}/${encodeURIComponent(key)}`

/** @param {ParkedKey[]} items */
function list(items) {
  return table({
    label: 'Parked keys, oldest first',
    items,
    keyOf: hrefOf,
    columns: [
      ['Key', one => html`<a href=${hrefOf(one)}>${one.key}</a>`],
      ['Reason', ({ reason }) => stateMark('stopped', reason)],
      ['Waiting', one => one.waiting, 'num'],
      ['Parked', ({ parkedAt }) => html`<span title=${exact(parkedAt)}>${ago(parkedAt, now.value)}</span>`],
      ['Retry', ({ retryAskedAt: at }) => (at === null ? '–' : `requested ${ago(at, now.value)}`)],
      ['Consumer', one => one.consumer]
    ]
  })
}

/** @param {{ consumer: string, parkedKey: string }} properties */
function EventsOfKey({ consumer, parkedKey: key }) {
  /** @type {Loaded<{ items: ParkedEvent[] }>} */
  const events = useLoaded(`/api/parked/events?${new URLSearchParams({ consumer, key })}`, 1_500)
  return whenLoaded(events, 'These events cannot be read', ({ items }) => {
    const waiting = items.filter(({ state }) => state === 'waiting')
    const settled = items.filter(({ state }) => state !== 'waiting').toReversed()
    return html`${summary(waiting.length, { consumer, key })}${[...waiting, ...settled].map(eventPanel)}`
  })
}

/** @param {number} waiting @param {{ consumer: string, key: string }} parked */
function summary(waiting, parked) {
  if (waiting === 0) return html`<p class="summary">${stateMark('ok', 'Nothing of this key waits any more')}</p>`
  const words = waiting === 1 ? '1 event waits' : `${waiting} events wait`
  return html`
    <p class="summary">${stateMark('stopped', `${words} for a person`)}</p>
    <section class="panel parked">
      <p>Fix the cause, then retry: the events are applied in this order. Skip gives up the first one for good.</p>
      ${parkedActions(parked)}
    </section>
  `
}

/** @type {Record<string, HopState>} */
const markOf = { waiting: 'stopped', applied: 'ok', skipped: 'slow' }

/** @param {ParkedEvent} event */
function eventPanel({ id, state, reason, attempts, parkedAt, note, error, stack, record }) {
  const why = reason === 'BEHIND' ? 'waits behind the one before' : reason
  return html`<section class="panel" key=${id}>
    <h2>
      ${stateMark(markOf[state] ?? 'unknown', `${record.event ?? 'record'}: ${state}`)}
      <span class="small step"> ${why} · ${countOf(attempts, 'attempt')} · parked ${ago(parkedAt, now.value)}</span>
    </h2>
    ${note !== null && html`<p>Note: ${note}</p>`}
    ${error !== null && html`<pre class="error">${error}</pre>`}
    ${stack !== null && html`<details><summary>Where it was thrown</summary><pre class="error">${stack}</pre></details>`}
    <details><summary>The record</summary>${recordDetails(record)}</details>
  </section>`
}
