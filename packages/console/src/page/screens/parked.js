import { html } from 'htm/preact'
import { ago, countOf, idText } from '../format.js'
import { useLoaded } from '../load.js'
import { copyable, missingNotes, screenHead, stateMark, table, when, whenLoaded } from '../parts/basics.js'
import { parkedActions } from '../parts/parked-actions.js'
import { recordDetails } from '../parts/record.js'
import { hops, rowOf } from '../hops.js'
import { addressOf } from '../place.js'
import { now } from '../signals.js'

/**
 * @import { Loaded } from '../load.js'
 * @import { PartState, ParkedEvent, ParkedKey } from '../../api/pipeline-schemas.ts'
 */

export function ParkedKeys() {
  const keys = useLoaded('/api/parked', 1_500)
  return html`${screenHead('Parked events')}${whenLoaded(keys, 'The parked events cannot be read', list)}`
}

const nothingParked = html`
  <p>${stateMark('ok', 'Nothing is parked')}</p>
  <p class="muted empty">
    An event that cannot be handled is set aside here with its reason, and later events of the same key wait behind it.
    All other events keep flowing.
  </p>
`

/** @param {{ items: ParkedKey[], missing: string[] }} answer */
function list({ items, missing }) {
  if (items.length === 0)
    return html`<section class="panel">${missing.length === 0 && nothingParked}${missingNotes(missing)}</section>`
  const hrefOf = (/** @type {ParkedKey} */ { consumer, key }) => addressOf('parked', consumer, key)
  const rows = table({ label: 'Parked keys, oldest first', items, hrefOf }, [
    ['Key', named],
    ['Reason', ({ reason }) => stateMark('stopped', reason)],
    ['Waiting', one => one.waiting, 'num'],
    ['Parked', one => when(one.parkedAt)],
    ['Retry', ({ retryAskedAt: at }) => (at === null ? '–' : `requested ${ago(at, now.value)}`)],
    ['Consumer', one => one.consumer]
  ])
  return html`<section class="panel">${rows}${missingNotes(missing)}</section>`
}

/** The key, and the id in it where that is encoded there. @param {ParkedKey} parked */
function named({ key, id }) {
  const isPlain = id === null || key.endsWith(`/${id}`)
  return html`${key}${!isPlain && html`<span class="muted"> ${idText(id)}</span>`}`
}

/** @param {{ id: string, inside?: string }} properties */
export function EventsOfKey({ id: consumer, inside: key }) {
  if (key === undefined) return html`<${ParkedKeys} />`
  /** @type {Loaded<{ items: ParkedEvent[], aggregateId: string | null, hop: string | null }>} */
  const events = useLoaded(`/api/parked/events?${new URLSearchParams({ consumer, key })}`, 1_500)
  const { aggregateId: id = null, hop: name = null } = events.data ?? {}
  const noun = hops.find(hop => hop.name === name)?.noun
  const follow = id === null || name === null ? '' : html`<a href=${rowOf(name, id)}>Follow ${noun} ${idText(id)}</a>`
  const found = whenLoaded(events, 'These events cannot be read', ({ items }) => {
    const waiting = items.filter(({ state }) => state === 'waiting')
    const settled = items.filter(({ state }) => state !== 'waiting').toReversed()
    return html`${summary(waiting.length, { consumer, key })}${[...waiting, ...settled].map(eventPanel)}`
  })
  return html`${screenHead(html`Parked: ${copyable(key)}`, follow)}${found}`
}

/** @param {number} waiting @param {{ consumer: string, key: string }} parked */
function summary(waiting, parked) {
  if (waiting === 0) return html`<p class="summary">${stateMark('ok', 'Nothing of this key waits any more')}</p>`
  const words = waiting === 1 ? '1 event waits' : `${waiting} events wait`
  return html`
    <p class="summary">${stateMark('stopped', `${words} for a person`)}</p>
    <section class="panel stopped">
      <p>Fix the cause, then retry: the events are applied from the first to the last. Skip gives up the first one for good.</p>
      ${parkedActions(parked)}
    </section>
  `
}

/** @type {Record<string, PartState>} */
const markOf = { waiting: 'stopped', applied: 'ok', skipped: 'slow' }

/** @param {ParkedEvent} event */
function eventPanel({ id, state, reason, attempts, parkedAt, note, error, stack, record }) {
  const why = reason === 'BEHIND' ? 'waits behind the one before' : reason
  return html`<section class="panel" key=${id}>
    <h2>
      ${stateMark(markOf[state] ?? 'unknown', `${record.event ?? 'record'}: ${state}`)}
      <span class="small"> ${why} · ${countOf(attempts, 'attempt')} · parked ${ago(parkedAt, now.value)}</span>
    </h2>
    ${note !== null && html`<p>Note: ${note}</p>`}
    ${error !== null && html`<pre class="error">${error}</pre>`}
    ${stack !== null && html`<details><summary>Where it was thrown</summary><pre class="error">${stack}</pre></details>`}
    <details><summary>The record</summary>${recordDetails(record)}</details>
  </section>`
}
