import { get } from './lib/api.js'
import { state, update } from './state.js'

let source

/** Follows the server's pictures. A hidden tab lets go: browsers allow six connections to a server, for all its tabs. */
export function followFlow() {
  document.addEventListener('visibilitychange', connect)
  connect()
  setInterval(() => update({}), 1_000)
  setInterval(() => !document.hidden && refreshSeries(), 5_000)
}

function connect() {
  if (document.hidden) {
    source?.close()
    source = undefined
    return
  }
  if (source !== undefined && source.readyState !== EventSource.CLOSED) return
  source = new EventSource('/api/flow/stream')
  source.addEventListener('flow', event => {
    update({ flow: JSON.parse(event.data), connected: true, lostAt: undefined })
  })
  source.onopen = () => void learnAbout()
  source.onerror = () => {
    update({ connected: false, lostAt: state.lostAt ?? Date.now() })
    // A refusal, unlike a lost connection, is not tried again by the browser.
    if (source?.readyState === EventSource.CLOSED) setTimeout(connect, 2_000)
  }
  void refreshSeries()
}

/** Anew with each connection: a console that was started again demands another token of an action. */
async function learnAbout() {
  const about = await get('/api/about').catch(() => undefined)
  if (about === undefined) setTimeout(learnAbout, 2_000)
  else update({ about })
}

/** The last hour comes from the server, so that a reload loses nothing. */
async function refreshSeries() {
  const series = await get('/api/series?minutes=60&stepMs=5000').catch(() => undefined)
  if (series !== undefined) update({ series })
}
