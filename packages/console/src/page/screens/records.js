import { get } from '../lib/api.js'
import { h } from '../lib/dom.js'
import { clock, compact, exact } from '../lib/format.js'
import { poll } from '../lib/poll.js'
import { pretty, recordDetails } from '../parts/record.js'
import { problem } from '../parts/problem.js'
import { go, withQuery } from '../router.js'
import { state, update, updateNow } from '../state.js'

const mostShown = 200
const searched = ['text', 'key', 'event', 'since']

/** The newest records, kept new; or those of a place in the topic; or the hits of a search. */
export function enterRecords({ topic, query }) {
  if (searched.some(name => query.has(name))) return search({ topic, query })
  const base = `/api/topics/${topic}/records`
  if (query.has('at')) return once(`${base}?at=${query.get('at')}`)
  if (query.has('before')) return once(`${base}?before=${query.get('before')}`)
  return tail(base)
}

function once(path) {
  return poll(async signal => {
    await loadInto(() => get(path, { signal }), signal)
  })
}

/** New records come in on top, a second after they were written; a pause keeps what one is reading. */
function tail(base) {
  return poll(async signal => {
    const { records, paused } = state.screen
    if (paused) return 500
    await loadInto(async () => {
      if (records === undefined) return get(base, { signal })
      const news = await get(`${base}?limit=100&after=${records.newer}`, { signal })
      return { ...records, newer: news.newer, items: [...news.items, ...records.items].slice(0, mostShown) }
    }, signal)
    return 1_000
  })
}

async function loadInto(work, signal) {
  try {
    const records = await work()
    if (!signal.aborted) update({ screen: { ...state.screen, records, recordsError: undefined } })
  } catch (error) {
    if (!signal.aborted) update({ screen: { ...state.screen, recordsError: error } })
  }
}

/** Hits appear as they are found, the newest first; leaving the page cancels the search. */
function search({ topic, query }) {
  const asked = new URLSearchParams(
    searched.concat('before').flatMap(name => (query.has(name) ? [[name, query.get(name)]] : []))
  )
  const source = new EventSource(`/api/topics/${topic}/search?${asked}`)
  const items = []
  const show = change =>
    update({
      screen: { ...state.screen, records: { items, older: null }, search: { ...state.screen.search, ...change } }
    })
  const stop = () => {
    source.close()
    show({ running: false })
  }
  update({ screen: { ...state.screen, search: { running: true, stop } } })
  source.addEventListener('hit', event => items.push(JSON.parse(event.data)))
  source.addEventListener('progress', event => show({ progress: JSON.parse(event.data) }))
  source.addEventListener('end', event => {
    show({ running: false, end: JSON.parse(event.data), progress: JSON.parse(event.data) })
    source.close()
  })
  source.addEventListener('failed', event => {
    show({ running: false, failed: JSON.parse(event.data).detail })
    source.close()
  })
  source.onerror = () => {
    show({ running: false, failed: 'The connection to the console was lost' })
    source.close()
  }
  return () => source.close()
}

export function drawRecords({ screen, place }) {
  const { records, recordsError, search: searching } = screen
  const isTail = !['at', 'before', ...searched].some(name => place.query.has(name))
  const items = (records?.items ?? []).filter(record => !isHeartbeat(record) || place.query.get('show') === 'all')
  const hidden = (records?.items.length ?? 0) - items.length
  return h(
    'section.panel',
    { 'aria-label': 'Records' },
    h('div.section-head', {}, h('h2', {}, title(place.query)), isTail ? pause(screen) : null),
    recordsError === undefined ? null : problem(recordsError, 'The records cannot be read'),
    searching === undefined ? null : progress(searching),
    items.length === 0
      ? nothing({ records, searching, hidden })
      : h(
          'ol.records',
          {},
          items.map(record => row(record, place))
        ),
    hidden > 0
      ? h(
          'p.footnote',
          {},
          `${hidden} heartbeats are hidden. `,
          h('a', { href: withQuery({ show: 'all' }) }, 'Show them')
        )
      : null,
    records?.older
      ? h('p.more', {}, h('a', { href: withQuery({ before: records.older, at: null, open: null }) }, 'Older records'))
      : null
  )
}

function title(query) {
  if (searched.some(name => query.has(name))) return 'Found, newest first'
  if (query.has('at')) return `From ${exact(Number(query.get('at')))} on`
  return query.has('before') ? 'Older records' : 'Newest records'
}

function pause({ paused }) {
  const toggle = () => updateNow({ screen: { ...state.screen, paused: !paused } })
  return h(
    'button',
    { type: 'button', onclick: toggle, 'aria-pressed': paused ? 'true' : 'false' },
    paused ? 'Go on' : 'Pause'
  )
}

function progress({ progress: now, running, end, failed, stop }) {
  if (failed !== undefined) return h('p.search-state', { role: 'alert' }, `The search failed. ${failed}`)
  const done =
    now === undefined
      ? ''
      : `${compact(now.scanned)} of ${compact(now.of)} records looked at, ${compact(now.hits)} found`
  if (running)
    return h(
      'div.search-state',
      {},
      h('progress', { max: now?.of ?? 1, value: now?.scanned ?? 0, 'aria-label': 'Search' }),
      h('span', {}, done || 'Searching …', now?.at ? ` · back to ${exact(now.at)}` : ''),
      h('button', { type: 'button', onclick: stop }, 'Cancel')
    )
  const goOn =
    end !== undefined && end.why !== 'all was searched'
      ? h('a', { href: withQuery({ before: end.before }) }, 'Search on')
      : null
  return h(
    'p.search-state',
    { role: 'status' },
    `${done}. ${end === undefined ? 'Cancelled.' : `Ended because ${end.why}.`} `,
    goOn
  )
}

function nothing({ records, searching, hidden }) {
  if (searching?.running || (records === undefined && searching === undefined)) return h('p.loading', {}, 'Reading …')
  return hidden > 0
    ? null
    : h('p.empty', {}, searching === undefined ? 'No record here yet. New ones appear by themselves.' : 'Nothing fits.')
}

/** Debezium's heartbeats say only that time passes. */
function isHeartbeat({ value, rawKey }) {
  return (
    value !== null &&
    typeof value === 'object' &&
    'ts_ms' in value &&
    Object.keys(value).length === 1 &&
    /serverName/.test(rawKey ?? '')
  )
}

function row(record, { query }) {
  const id = `${record.partition}:${record.offset}`
  const open = query.get('open') === id
  return h(
    'li',
    { 'data-key': id, class: open ? 'open' : null },
    h(
      'button.record-line',
      {
        type: 'button',
        'aria-expanded': open ? 'true' : 'false',
        onclick: () => go(withQuery({ open: open ? null : id }), { replace: true })
      },
      h('span.rec-time', { title: exact(record.timestamp) }, clock(record.timestamp)),
      h('span.rec-place', {}, `p${record.partition} · ${record.offset}`),
      h('span.rec-key', {}, record.key ?? 'no key'),
      h('span.rec-event', {}, record.event ?? ''),
      h('span.rec-value', {}, inOneLine(record))
    ),
    open ? recordDetails(record) : null
  )
}

function inOneLine({ value, cut, rawValue }) {
  if (cut) return rawValue?.slice(0, 200) ?? ''
  const inner = value !== null && typeof value === 'object' && 'payload' in value ? value.payload : value
  return (typeof inner === 'string' ? inner : pretty(inner).replace(/\s+/g, ' ')).slice(0, 200)
}
