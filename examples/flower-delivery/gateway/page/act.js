import { signal } from '@preact/signals'
import { ask } from './api.js'
import { notify } from './notices.js'

/** What is being done now, as `PUT /deliveries/depart/7`: a second click does nothing. */
export const underWay = signal(/** @type {ReadonlySet<string>} */ (new Set()))

/**
 * Does what a person asked for, and says what the service says if it refuses. Resolves to the answer, or to undefined.
 * @param {string} method
 * @param {string} path
 * @param {object} [body]
 */
export async function act(method, path, body) {
  const name = `${method} ${path}`
  if (underWay.value.has(name)) return undefined
  underWay.value = new Set([...underWay.value, name])
  try {
    return await ask(path, { method, ...(body !== undefined && { body }) })
  } catch (error) {
    notify(error instanceof Error ? error.message : String(error), 'stopped')
    return undefined
  } finally {
    underWay.value = new Set([...underWay.value].filter(one => one !== name))
  }
}
