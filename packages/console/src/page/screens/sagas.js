import { useSignal } from '@preact/signals'
import { html } from 'htm/preact'
import { useEffect } from 'preact/hooks'
import { clock, compact, countOf, duration, idText, ms } from '../format.js'
import { useLoaded } from '../load.js'
import { missingNotes, screenHead, stateMark, submitted, table, when, whenLoaded } from '../parts/basics.js'
import { exampleCommand } from '../parts/write-one.js'
import { addressOf, go, place } from '../place.js'
import { now, setSoon } from '../signals.js'
import { startSearch } from './load-records.js'
import { searchProgress } from './records.js'

/**
 * @import { Loaded } from '../load.js'
 * @import { Mark } from '../parts/basics.js'
 * @import { ReadTopic, SagaList as List, SagaStateName, ShownSaga, ShownStuck, ShownSummary } from '../../api/saga-schemas.ts'
 * @import { State } from './load-records.js'
 */

/** @type {Record<SagaStateName, readonly [Mark, string]>} */
const marks = {
  STUCK: ['stopped', 'stuck'],
  WAITING: ['pending', 'waiting'],
  UNKNOWN: ['unknown', 'not known'],
  SETTLED: ['ok', 'settled']
}

/** @param {SagaStateName} state */
function sagaMark(state) {
  return stateMark(...marks[state])
}

/** The title, and a field that finds a saga by its id or by one of its aggregates. @param {unknown} title */
export function sagaHead(title) {
  /** @param {SubmitEvent} event */
  const submit = event => {
    const { saga = '' } = submitted(event)
    const [, aggregate, id] = /^([\w-]+)[ :/]+(\S.*)$/.exec(saga.trim()) ?? []
    if (aggregate !== undefined && id !== undefined) return go(`/sagas?${new URLSearchParams({ aggregate, id })}`)
    if (saga.trim()) go(addressOf('sagas', saga.trim()))
  }
  const search = html`<form class="row search" role="search" onSubmit=${submit}>
    <label class="sr" for="saga-id">Correlation id, or an aggregate and its id</label>
    <input id="saga-id" name="saga" type="search" placeholder="Correlation id, or name:7" autocomplete="off" />
    <button>Find</button>
  </form>`
  return screenHead(title, search)
}

export function SagaList() {
  const { query } = place.value
  const [aggregate, id] = [query.get('aggregate'), query.get('id')]
  const isOne = aggregate !== null && id !== null
  const path = isOne ? `/api/sagas/${encodeURIComponent(aggregate)}/${encodeURIComponent(id)}` : '/api/sagas'
  /** @type {Loaded<List>} */
  const sagas = useLoaded(path, 1_000)
  if (!isOne) return html`${sagaHead('Sagas')}${whenLoaded(sagas, 'The sagas cannot be read', overview)}`
  const title = html`Sagas of ${aggregate} ${idText(id)}`
  const older = html`<${OlderSagas} key=${query.get('before')} asked=${{ aggregate, id }} />`
  return html`
    ${sagaHead(title)}
    ${whenLoaded(sagas, 'The sagas cannot be read', ({ items, topics }) => [reading(topics), ofAggregate(items)])}
    ${sagas.data && older}
  `
}

/** @param {List} list */
function overview({ stuck, items, counts, topics, windowMs }) {
  const more = counts.stuck > stuck.length && `The ${stuck.length} that are longest overdue are listed.`
  return html`
    ${verdict(counts)}
    ${reading(topics)}
    ${
      stuck.length > 0 &&
      html`<section class="panel stopped"><h2>Stuck, the longest overdue first</h2>
      <ol class="lines">${stuck.map(stuckLine)}</ol>
      ${more && html`<p class="small footnote">${more}</p>`}
    </section>`
    }
    <section class="panel"><h2>Newest</h2>${items.length === 0 ? nothingYet(windowMs) : rows(items)}</section>
    ${missingNotes(forgotten(counts))}
  `
}

/** @param {List['counts']} counts */
function verdict({ stuck, open, sagas }) {
  const known = `${countOf(open, 'saga')} open, ${compact(sagas)} remembered`
  if (stuck === 0)
    return html`<p class="summary">${stateMark('ok', 'No saga is stuck')} <span class="muted">${known}</span></p>`
  const words = stuck === 1 ? '1 saga is stuck' : `${compact(stuck)} sagas are stuck`
  return html`<p class="summary">${stateMark('stopped', words)} <span class="muted">${known}</span></p>`
}

/** @param {List['counts']} counts */
function forgotten({ evicted, evictedOpen, steps }) {
  if (evicted === 0) return []
  const open = evictedOpen === 0 ? 'none of them open' : `${compact(evictedOpen)} of them still open`
  return [
    `${compact(evicted)} older sagas were forgotten, ${open}, because the console remembers only ${compact(steps)} events. Find one by its id.`
  ]
}

/** Which topics can't be read now, and what is not known therefore. @param {readonly ReadTopic[]} topics */
export function reading(topics) {
  const sentences = topics.flatMap(({ topic, service, readUpTo, unreadable, failing }) => {
    if (failing === null && readUpTo !== null && unreadable > 0)
      return `${countOf(unreadable, 'record')} of ${topic} cannot be read as events, and are left out.`
    if (failing === null && readUpTo === null) return `${topic} is still being read.`
    if (failing === null || now.value - failing.since < 3_000) return []
    const until = readUpTo === null ? 'It has not been read yet' : `It was read up to ${clock(readUpTo).slice(0, 8)}`
    return `${topic} cannot be read for ${duration(now.value - failing.since)}: ${failing.reason.replace(/\.$/, '')}. ${until}: what ${service} has sent since is not known.`
  })
  return sentences.length > 0 && html`<div class="stack problem unknown">${missingNotes(sentences)}</div>`
}

/** @param {ShownStuck} saga */
function stuckLine({ correlationId, missing, since, startedAt }) {
  return html`<li key=${correlationId}><a class="line stuck-line" href=${addressOf('sagas', correlationId)}>
    <span>${missing.map(sentence => html`<b>${sentence}</b>`)}</span>
    <span class="small">overdue for ${duration(now.value - since)} · began ${when(startedAt)}</span>
  </a></li>`
}

/** @param {readonly ShownSummary[]} items */
function rows(items) {
  const hrefOf = (/** @type {ShownSummary} */ { correlationId }) => addressOf('sagas', correlationId)
  return table({ label: 'Sagas, newest first', items, hrefOf }, [
    ['Began with', one => `${one.event} of ${one.aggregate} ${idText(one.aggregateId)}`],
    ['State', one => sagaMark(one.state)],
    ['Events', one => `${one.stepCount}${one.incomplete ? ' or more' : ''}`, 'num'],
    ['Took', one => ms(one.lastAt - one.startedAt), 'num'],
    ['Began', one => when(one.startedAt)],
    ['Services', one => one.services.join(', ')]
  ])
}

/** @param {number} windowMs */
function nothingYet(windowMs) {
  const words = `No events in the last ${duration(windowMs)}. Each new saga appears here, with the time that it took.`
  const command = exampleCommand()
  if (!command) return html`<p class="muted empty">${words}</p>`
  return html`<div class="empty"><p class="muted">${words} Begin the first:</p><pre>${command}</pre></div>`
}

/** @param {readonly ShownSummary[]} items */
function ofAggregate(items) {
  const nothing = html`<p class="muted empty">None among the events that the console remembers.</p>`
  return html`<section class="panel"><h2>Remembered</h2>${items.length === 0 ? nothing : rows(items)}</section>`
}

/** A search through the topics, which a person asks for. @param {{ asked: { aggregate: string, id: string } }} properties */
function OlderSagas({ asked }) {
  const { query } = place.value
  const begun = useSignal(query.has('before'))
  if (!begun.value)
    return html`<p class="more"><button type="button" onClick=${() => (begun.value = true)}>Search the topics for older ones</button></p>`
  return html`<${SearchedSagas} asked=${asked} draw=${(/** @type {Found} */ { items }) => items.length > 0 && rows(items)} />`
}

/** @typedef {{ saga: ShownSaga | null, items: ShownSummary[] }} Found */

/**
 * Searches the topics from their newest records backwards, and draws what was found.
 * @param {{ asked: Record<string, string>, draw: (found: Found) => unknown }} properties
 */
export function SearchedSagas({ asked, draw }) {
  const state = useSignal(/** @type {State} */ ({}))
  const before = place.value.query.get('before')
  const path = `/api/saga-search?${new URLSearchParams({ ...asked, ...(before !== null && { before }) })}`
  useEffect(() => startSearch(path, next => setSoon(state, next)), [path])
  const { search } = state.value
  if (search === undefined) return null
  const end = /** @type {Found | undefined} */ (/** @type {unknown} */ (search.end))
  return html`<section class="panel"><h2>In the topics</h2>${searchProgress(search)}</section>${end && draw(end)}`
}
