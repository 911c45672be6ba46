import { effect, signal } from '@preact/signals'
import { caller } from './caller.js'
import { follow } from './changes.js'
import { readCaller } from './login.js'
import { forgetAll, readAll } from './rows.js'

/** @import { Change } from './changes.js' */

/** Since when the gateway doesn't answer. */
export const lostAt = signal(/** @type {number | undefined} */ (undefined))
/** Whether the gateway gets the events; undefined until it has said so. */
export const reading = signal(/** @type {boolean | undefined} */ (undefined))
export const lastChange = signal(/** @type {Change & { at: number } | undefined} */ (undefined))
/** The time of this drawing, for ages such as `3 s ago`. */
export const now = signal(Date.now())

const [retryMs, pollMs] = [2_000, 5_000]
// A service that was away does its part later than its events came.
const refreshMs = 10_000

/** @type {EventSource | undefined} */
let source
/** @type {number | undefined} */
let again

/** Follows the events after a login. A hidden tab disconnects: a browser opens only six connections to one server. */
export function followEvents() {
  document.addEventListener('visibilitychange', connect)
  effect(() => {
    if (caller.value === null) forgetAll()
    connect()
  })
  setInterval(() => (now.value = Date.now()), 1_000)
}

function connect() {
  if (document.hidden || !caller.value) return disconnect()
  if (source !== undefined && source.readyState !== EventSource.CLOSED) return
  source = new EventSource('/events')
  source.onopen = () => (lostAt.value = undefined)
  source.onerror = () => {
    lostAt.value ??= Date.now()
    // The browser retries a lost connection by itself, but not a refused one.
    if (source?.readyState === EventSource.CLOSED) setTimeout(() => void readCaller().then(connect), retryMs)
  }
  // It is sent at the beginning of each connection, so nothing that happened before is missed.
  source.addEventListener('reading', ({ data }) => {
    reading.value = JSON.parse(data).reading
    void readEverything()
  })
  source.addEventListener('change', ({ data }) => {
    const change = JSON.parse(data)
    lastChange.value = { ...change, at: Date.now() }
    follow(change)
  })
}

function disconnect() {
  source?.close()
  clearTimeout(again)
}

/** Reads everything, and soon again while a service doesn't answer or no events come in. */
async function readEverything() {
  clearTimeout(again)
  const complete = await readAll()
  clearTimeout(again)
  if (document.hidden || !caller.value) return
  const pauseMs = reading.value === true ? refreshMs : pollMs
  again = window.setTimeout(() => void readEverything(), complete ? pauseMs : retryMs)
}
