import { base } from './place.js'
import { about } from './signals.js'

/** A refused request: the message is the problem's own sentence. */
export class Refusal extends Error {
  /** @param {string} message @param {number} status */
  constructor(message, status) {
    super(message)
    this.status = status
  }
}

/** @param {string} path @param {RequestInit} [options] */
export async function get(path, options = {}) {
  return answerOf(await fetch(base + path, { headers: { accept: 'application/json' }, ...options }))
}

/** Sends an action that a person asked for. @param {string} path @param {object} [body] */
export async function act(path, body = {}) {
  const headers = { 'content-type': 'application/json', 'x-console-action': about.value?.actionToken ?? '' }
  return answerOf(await fetch(base + path, { method: 'POST', headers, body: JSON.stringify(body) }))
}

/** @param {Response} response */
async function answerOf(response) {
  const body = await response.json().catch(() => ({}))
  if (response.ok) return body
  throw new Refusal(body.detail ?? body.title ?? `HTTP ${response.status}`, response.status)
}
