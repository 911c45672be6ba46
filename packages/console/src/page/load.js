import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { get, Refusal } from './api.js'
import { setSoon } from './signals.js'

/**
 * @template T
 * @typedef {{ data?: T, error?: Error }} Loaded
 */

/**
 * Keeps the answer of `path` fresh while its screen is shown. The last answer stays while the next one loads, and when
 * that fails. `pauseAfter` says how many milliseconds to wait after an answer; undefined ends the loading.
 * @param {string} path
 * @param {number | ((data: any) => number | undefined)} pauseAfter
 * @returns {Loaded<any>}
 */
export function useLoaded(path, pauseAfter) {
  const state = useSignal(/** @type {Loaded<any> & { path: string }} */ ({ path }))
  useEffect(() => {
    /** @type {unknown} */
    let data
    return poll(async signal => {
      try {
        data = await get(path, { signal })
        if (!signal.aborted) setSoon(state, { path, data })
        return typeof pauseAfter === 'number' ? pauseAfter : pauseAfter(data)
      } catch (caught) {
        const error = errorOf(caught)
        if (!signal.aborted) setSoon(state, { path, data, error })
        return error instanceof Refusal && [400, 404, 501].includes(error.status) ? undefined : 1_500
      }
    })
  }, [path])
  return state.value.path === path ? state.value : {}
}

/**
 * Runs `load` again and again until it returns no pause, or until the function that this returns is called.
 * @param {(signal: AbortSignal) => Promise<number | undefined>} load
 */
export function poll(load) {
  const stopped = new AbortController()
  const run = async () => {
    const pause = document.hidden ? 1_000 : await load(stopped.signal)
    if (!stopped.signal.aborted && pause !== undefined) setTimeout(() => void run(), pause)
  }
  void run()
  return () => stopped.abort()
}

/** @param {unknown} caught @returns {Error} */
export function errorOf(caught) {
  return caught instanceof Error ? caught : new Error(String(caught))
}
