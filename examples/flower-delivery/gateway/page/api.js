import { caller } from './caller.js'

/** A request that was refused or not answered: the message is the problem's own sentence. */
export class Refusal extends Error {
  /** @param {string} message @param {number} status */
  constructor(message, status) {
    super(message)
    this.status = status
  }
}

const patienceMs = 10_000

/**
 * Asks a service through the gateway.
 * @param {string} path
 * @param {{ method?: string, body?: object }} [request]
 */
export async function ask(path, { method = 'GET', body } = {}) {
  const sent = body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
  const response = await fetch(path, { method, ...sent, signal: AbortSignal.timeout(patienceMs) }).catch(() => {
    throw new Refusal("The gateway doesn't answer. Try again.", 0)
  })
  const answer = await response.json().catch(() => ({}))
  if (response.ok) return answer
  // The token has ended, or there never was one.
  if (response.status === 401) caller.value = null
  throw new Refusal(
    answer.detail ?? answer.title ?? (response.status === 401 ? 'Log in first.' : `HTTP ${response.status}`),
    response.status
  )
}
