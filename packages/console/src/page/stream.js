import { get } from './api.js'
import { hop, inHop } from './hops.js'
import { poll } from './load.js'
import { base } from './place.js'
import { about, flow, lostAt, series, setSoon } from './signals.js'

/** @type {EventSource | undefined} */
let source

/** Follows the server's pictures. A hidden tab disconnects: a browser opens only six connections to one server. */
export function followFlow() {
  document.addEventListener('visibilitychange', connect)
  connect()
  poll(refreshSeries)
  let shown = hop.value
  hop.subscribe(chosen => {
    if (chosen === shown) return
    shown = chosen
    setSoon(series, undefined)
    void refreshSeries()
  })
}

function connect() {
  if (document.hidden) return source?.close()
  if (source !== undefined && source.readyState !== EventSource.CLOSED) return
  source = new EventSource(`${base}/api/flow/stream`)
  source.addEventListener('flow', event => {
    setSoon(flow, JSON.parse(event.data))
    setSoon(lostAt, undefined)
  })
  source.onopen = () => void poll(readAbout)
  source.onerror = () => {
    setSoon(lostAt, lostAt.value ?? Date.now())
    // The browser retries a lost connection by itself, but not a refused one.
    if (source?.readyState === EventSource.CLOSED) setTimeout(connect, 2_000)
  }
}

/** After each connection, because a restarted console demands another token for actions. */
async function readAbout() {
  const answer = await get('/api/about').catch(() => undefined)
  if (answer !== undefined) setSoon(about, answer)
  return answer === undefined ? 2_000 : undefined
}

/** The server keeps the last hour, so a reload loses nothing. */
async function refreshSeries() {
  const asked = hop.value
  const answer = await get(inHop('/api/series')).catch(() => undefined)
  if (answer !== undefined && asked === hop.value) setSoon(series, answer)
  return 5_000
}
