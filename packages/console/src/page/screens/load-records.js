import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { get } from '../api.js'
import { errorOf, poll } from '../load.js'
import { addressOf, base } from '../place.js'
import { setSoon } from '../signals.js'

/**
 * @import { RecordPage, ShownRecord } from '../../api/kafka-schemas.ts'
 * @typedef {{ scanned: number, of: number, hits: number, at?: number }} Progress
 * @typedef {{
 *   isRunning: boolean, progress?: Progress, failed?: string, end?: { why: string, before: string }, stop: () => void
 * }} Search
 * @typedef {Partial<Omit<RecordPage, 'items'>> & { items: readonly ShownRecord[] }} Records
 * @typedef {{ records?: Records, error?: Error, search?: Search }} State
 * @typedef {(state: State) => void} Show
 */

const mostShown = 200
export const searched = ['text', 'key', 'event', 'since']

/** @param {URLSearchParams} query */
export function isSearch(query) {
  return searched.some(name => query.has(name))
}

/**
 * The newest records, kept new; or those from a place in the topic on; or the hits of a search.
 * @param {string} topic
 * @param {URLSearchParams} query
 * @param {() => boolean} isPaused
 */
export function useRecords(topic, query, isPaused) {
  const state = useSignal(/** @type {State} */ ({}))
  useEffect(() => {
    const show = (/** @type {State} */ next) => setSoon(state, next)
    const path = `/api${addressOf('topics', topic)}`
    const pick = (/** @type {readonly string[]} */ names) => [...query].filter(([name]) => names.includes(name))
    return isSearch(query)
      ? startSearch(`${path}/search?${new URLSearchParams(pick([...searched, 'before']))}`, show)
      : read(`${path}/records?`, { from: `${new URLSearchParams(pick(['at', 'before']))}`, isPaused, show })
  }, [])
  return state.value
}

/**
 * Reads the page `from` somewhere once; without it the newest page, on top of which new records appear within a second.
 * @param {string} base
 * @param {{ from: string, isPaused: () => boolean, show: Show }} options
 */
function read(base, { from, isPaused, show }) {
  /** @type {RecordPage | undefined} */
  let records
  return poll(async signal => {
    if (isPaused()) return 500
    try {
      /** @type {RecordPage} */
      const page = await get(base + (records === undefined ? from : `limit=100&after=${records.newer}`), { signal })
      const items = [...page.items, ...(records?.items ?? [])].slice(0, mostShown)
      records = { ...(records ?? page), newer: page.newer, items }
      if (!signal.aborted) show({ records })
    } catch (caught) {
      if (!signal.aborted) show({ ...(records && { records }), error: errorOf(caught) })
    }
    return from === '' ? 1_000 : undefined
  })
}

/**
 * Hits appear as they are found, the newest first; leaving the page cancels the search.
 * @param {string} path
 * @param {Show} show
 */
export function startSearch(path, show) {
  const source = new EventSource(base + path)
  /** @type {ShownRecord[]} */
  const items = []
  /** @type {Search} */
  let state = { isRunning: true, stop: () => end({}) }
  /** @param {Partial<Search>} change */
  const update = change => {
    state = { ...state, ...change }
    show({ records: { items }, search: state })
  }
  /** @param {Partial<Search>} change */
  const end = change => {
    source.close()
    update({ ...change, isRunning: false })
  }
  /** @type {(name: string, handle: (data: any) => void) => void} */
  const on = (name, handle) => source.addEventListener(name, event => handle(JSON.parse(event.data)))
  on('hit', record => items.push(record))
  on('progress', progress => update({ progress }))
  on('end', data => end({ end: data, progress: data }))
  on('failed', ({ detail }) => end({ failed: detail }))
  source.onerror = () => end({ failed: 'The connection to the console was lost' })
  update({})
  return () => source.close()
}
