import { state, update } from '../state.js'
import { get } from './api.js'
import { poll } from './poll.js'

/**
 * Keeps a part of the screen's data fresh while it is shown: `load(path, { into, everyMs })`. The last picture stays
 * while the next is loading, and when it fails.
 */
export function keepLoading(path, { into, everyMs = 2_000 }) {
  return poll(async signal => {
    try {
      const data = await get(path, { signal })
      update({ screen: { ...state.screen, [into]: data, error: undefined } })
    } catch (error) {
      if (!signal.aborted) update({ screen: { ...state.screen, error } })
      if (error.status === 404 || error.status === 400 || error.status === 501) return undefined
    }
    return everyMs
  })
}

/** What stops several at once. */
export function all(...stops) {
  return () => {
    for (const stop of stops) stop?.()
  }
}
