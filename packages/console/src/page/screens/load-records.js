import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { get } from '../api.js'
import { errorOf, poll } from '../load.js'
import { setSoon } from '../signals.js'

/**
 * @import { RecordPage, ShownRecord } from '../api.js'
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
    const path = `/api/topics/${encodeURIComponent(topic)}`
    if (isSearch(query)) return search(path, query, show)
    const from = ['at', 'before'].find(name => query.has(name))
    return from === undefined
      ? tail(`${path}/records`, isPaused, show)
      : once(`${path}/records?${new URLSearchParams({ [from]: query.get(from) ?? '' })}`, show)
  }, [])
  return state.value
}

/** @param {string} path @param {Show} show */
function once(path, show) {
  return poll(async signal => {
    const next = await get(path, { signal }).then(
      records => ({ records }),
      caught => ({ error: errorOf(caught) })
    )
    if (!signal.aborted) show(next)
    return undefined
  })
}

/**
 * New records appear on top, within a second; a pause keeps what a person is reading.
 * @param {string} base
 * @param {() => boolean} isPaused
 * @param {Show} show
 */
function tail(base, isPaused, show) {
  /** @type {RecordPage | undefined} */
  let records
  return poll(async signal => {
    if (isPaused()) return 500
    try {
      if (records === undefined) records = /** @type {RecordPage} */ (await get(base, { signal }))
      else {
        /** @type {RecordPage} */
        const { items, newer } = await get(`${base}?limit=100&after=${records.newer}`, { signal })
        records = { ...records, newer, items: [...items, ...records.items].slice(0, mostShown) }
      }
      if (!signal.aborted) show({ records })
    } catch (caught) {
      if (!signal.aborted) show({ ...(records && { records }), error: errorOf(caught) })
    }
    return 1_000
  })
}

/**
 * Hits appear as they are found, the newest first; leaving the page cancels the search.
 * @param {string} path
 * @param {URLSearchParams} query
 * @param {Show} show
 */
function search(path, query, show) {
  const asked = new URLSearchParams([...query].filter(([name]) => [...searched, 'before'].includes(name)))
  const source = new EventSource(`${path}/search?${asked}`)
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
