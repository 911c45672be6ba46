import { useSignal } from '@preact/signals'
import { html } from 'htm/preact'
import { clock, compact, duration, exact, localTime, number, idText } from '../format.js'
import { useLoaded } from '../load.js'
import { pretty, problem, submitted, tabs, whenLoaded } from '../parts/basics.js'
import { recordDetails } from '../parts/record.js'
import { addressOf, go, place, withQuery } from '../place.js'
import { isSearch, searched, useRecords } from './load-records.js'

/**
 * @import { Loaded } from '../load.js'
 * @import { ShownRecord, Volume } from '../../api/kafka-schemas.ts'
 * @import { Search } from './load-records.js'
 */

/** How much came when, what to look for, and the records. @param {{ topic: string }} properties */
export function TopicRecords({ topic }) {
  const { query } = place.value
  // Everything but the record that is open: a new question starts with an empty list and fresh fields.
  const question = [...searched, 'before', 'at'].map(name => query.get(name) ?? '').join('|')
  return html`<${VolumePanel} topic=${topic} /><${RecordList} key=${question} topic=${topic} />`
}

const ranges = Object.entries({ 60: 'hour', 1440: 'day', 10080: 'week' })

/** @param {{ topic: string }} properties */
function VolumePanel({ topic }) {
  const minutes = Number(place.value.query.get('minutes') ?? 60)
  const href = addressOf('topics', topic)
  /** @type {Loaded<Volume>} */
  const volume = useLoaded(`/api${href}/volume?minutes=${minutes}`, 10_000)
  const links = tabs(
    ranges.map(([value, words]) => [`${href}?minutes=${value}`, words]),
    `${href}?minutes=${minutes}`
  )
  return html`<section class="panel">
    <div class="row apart"><h2>Volume</h2>${links}</div>
    ${whenLoaded(volume, 'The records cannot be counted', found => bars(found, href))}
  </section>`
}

/**
 * A bar for each sixtieth of the range; a click shows the records from then on.
 * @param {Volume} volume
 * @param {string} href
 */
function bars({ from, stepMs, counts }, href) {
  const top = Math.max(1, ...counts)
  const total = number(counts.reduce((sum, count) => sum + count, 0))
  const items = counts.map((count, index) => {
    const at = from + index * stepMs
    const words = `${number(count)} records from ${clock(at).slice(0, 5)}`
    const height = count === 0 ? 0 : Math.max(3, (count / top) * 100)
    const bar = html`<svg viewBox="0 0 10 100" preserveAspectRatio="none" aria-hidden="true">
      <rect x="0.8" y=${100 - height} width="8.4" height=${height} rx="0.8" />
    </svg>`
    const link = html`<a href=${`${href}?at=${at}`} title=${words} aria-label=${words}>${bar}</a>`
    return html`<li key=${at}>${count === 0 ? bar : link}</li>`
  })
  return html`
    <ol class="volume" aria-label=${`${total} records`}>${items}</ol>
    <p class="row small apart">
      <span>${clock(from).slice(0, 5)}</span>
      <span>${total} records · most in ${duration(stepMs)}: ${number(top)}</span>
      <span>now</span>
    </p>
  `
}

/** @param {{ topic: string }} properties */
function RecordList({ topic }) {
  const { query } = place.value
  const paused = useSignal(false)
  const { records, error, search } = useRecords(topic, query, () => paused.value)
  const items = (records?.items ?? []).filter(record => !isHeartbeat(record) || query.get('show') === 'all')
  const hidden = (records?.items.length ?? 0) - items.length
  const list = html`<ol class="lines records">${items.map(record => row(record, query))}</ol>`
  const older = records?.older && withQuery({ before: records.older, at: null, open: null })
  const pause = html`<button type="button" aria-pressed=${paused.value} onClick=${() => (paused.value = !paused.value)}>
    ${paused.value ? 'Continue' : 'Pause'}
  </button>`
  return html`
    ${filters(topic, records?.items ?? [])}
    <section class="panel" aria-label="Records">
      <div class="row apart"><h2>${title(query)}</h2>${isNewest(query) && pause}</div>
      ${error && problem(error, 'The records cannot be read')}
      ${search && searchProgress(search)}
      ${items.length > 0 ? list : hidden === 0 && nothing(records !== undefined, search)}
      ${hidden > 0 && html`<p class="small footnote">${hidden === 1 ? '1 heartbeat is' : `${hidden} heartbeats are`} hidden. ${showAll()}</p>`}
      ${older && html`<p class="more"><a href=${older}>Older records</a></p>`}
    </section>
  `
}

const showAll = () => html`<a href=${withQuery({ show: 'all' })}>Show them</a>`

/** @param {URLSearchParams} query */
function isNewest(query) {
  return !(isSearch(query) || query.has('at') || query.has('before'))
}

/** @param {URLSearchParams} query */
function title(query) {
  if (isSearch(query)) return 'Found, newest first'
  if (query.has('at')) return `From ${exact(Number(query.get('at')))} on`
  return query.has('before') ? 'Older records' : 'Newest records'
}

/**
 * What to look for. All of it is in the address, so a search can be shared.
 * @param {string} topic
 * @param {readonly ShownRecord[]} items
 */
function filters(topic, items) {
  const { query } = place.value
  const since = query.get('since')
  /** @param {SubmitEvent} event */
  const submit = event => {
    const asked = submitted(event)
    const text = asked['text']?.trim()
    const from = asked['since'] && new Date(asked['since']).getTime()
    go(withQuery({ ...asked, text, since: from, before: null, at: null }))
  }
  /** @type {(name: string, label: string, more: Record<string, string>) => unknown} */
  const field = (name, label, more) => html`<label>
    <span class="small">${label}</span>
    <input name=${name} defaultValue=${query.get(name) ?? ''} autocomplete="off" ...${more} />
  </label>`
  const events = new Set(items.flatMap(({ event }) => event || []))
  return html`<form class="filters" role="search" onSubmit=${submit}>
    ${field('text', 'Text anywhere', { type: 'search', placeholder: 'joon' })}
    ${field('key', 'Key', { placeholder: '7' })}
    ${field('event', 'Event', { placeholder: [...events][0] ?? '', list: 'events' })}
    ${field('since', 'Not before', { type: 'datetime-local', defaultValue: since ? localTime(Number(since)).slice(0, 16) : '' })}
    <datalist id="events">${[...events].map(value => html`<option value=${value} />`)}</datalist>
    <div class="row">
      <button class="primary">Search</button>
      ${!isNewest(query) && html`<a href=${addressOf('topics', topic)}>Back to the newest</a>`}
    </div>
  </form>`
}

/** How far a search has come, with a link that continues it. @param {Search} search */
export function searchProgress({ progress: now, isRunning, end, failed, stop }) {
  if (failed !== undefined) return html`<p class="row muted search-state" role="alert">The search failed. ${failed}</p>`
  const done = now && `${compact(now.scanned)} of ${compact(now.of)} records searched, ${compact(now.hits)} found`
  if (isRunning)
    return html`<div class="row muted search-state">
      <progress max=${now?.of ?? 1} value=${now?.scanned ?? 0} aria-label="Search" />
      <span>${done ?? 'Searching …'}${now?.at && ` · back to ${exact(now.at)}`}</span>
      <button type="button" onClick=${stop}>Cancel</button>
    </div>`
  return html`<p class="row muted search-state" role="status">
    ${`${done ?? ''}. ${end === undefined ? 'Cancelled.' : `Ended because ${end.why}.`} `}
    ${end && end.why !== 'all was searched' && html`<a href=${withQuery({ before: end.before })}>Search further</a>`}
  </p>`
}

/** @param {boolean} isLoaded @param {Search | undefined} search */
function nothing(isLoaded, search) {
  if (search?.isRunning || !(isLoaded || search)) return html`<p class="muted loading">Reading …</p>`
  return html`<p class="muted empty">${search ? 'Nothing found.' : 'No records here yet. New ones appear by themselves.'}</p>`
}

/** Debezium's heartbeats say only that time passes. @param {ShownRecord} record */
function isHeartbeat({ value, rawKey }) {
  const names = typeof value === 'object' && value !== null ? Object.keys(value) : []
  return names.join() === 'ts_ms' && /serverName/.test(rawKey ?? '')
}

/** @param {ShownRecord} record @param {URLSearchParams} query */
function row(record, query) {
  const id = `${record.partition}:${record.offset}`
  const isOpen = query.get('open') === id
  const toggle = () => go(withQuery({ open: isOpen ? null : id }), { replace: true })
  return html`<li key=${id} class=${isOpen && 'open'}>
    <button class="plain line record-line" type="button" aria-expanded=${isOpen} onClick=${toggle}>
      <span class="muted" title=${exact(record.timestamp)}>${clock(record.timestamp)}</span>
      <span class="muted">p${record.partition} · ${record.offset}</span>
      <b title=${record.key}>${keyOf(record)}</b>
      <span class="rec-event">${record.event}</span>
      <code>${inOneLine(record)}</code>
    </button>
    ${isOpen && recordDetails(record)}
  </li>`
}

/** With its aggregate, because others may have the same id. @param {ShownRecord} record */
function keyOf({ key, aggregate }) {
  if (key === null) return 'no key'
  return html`${aggregate && html`<span class="muted">${idText(aggregate)}/</span>`}${idText(key)}`
}

/** @param {ShownRecord} record */
function inOneLine({ value, cut, rawValue }) {
  if (cut) return rawValue?.slice(0, 200)
  const inner = typeof value === 'object' && value !== null && 'payload' in value ? value.payload : value
  return (typeof inner === 'string' ? inner : pretty(inner).replace(/\s+/g, ' ')).slice(0, 200)
}
