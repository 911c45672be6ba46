import { about } from './signals.js'

/**
 * What the API answers, as the server's own schemas describe it.
 * @typedef {import('../http/about-routes.ts').About} About
 * @typedef {import('../flow/flow.ts').Flow} Flow
 * @typedef {import('../flow/flow.ts').Hop} Hop
 * @typedef {import('../flow/flow.ts').HopState} HopState
 * @typedef {import('../flow/flow.ts').Fact} Fact
 * @typedef {import('../http/flow-routes.ts').Series} Series
 * @typedef {import('../http/order-routes.ts').OrderPage} OrderPage
 * @typedef {import('../orders/journey.ts').Journey} Journey
 * @typedef {import('../orders/journey.ts').Stage} Stage
 * @typedef {import('../kafka/show-record.ts').ShownRecord} ShownRecord
 * @typedef {import('../http/topic-routes.ts').RecordPage} RecordPage
 * @typedef {import('../kafka/describe-topics.ts').ListedTopic} ListedTopic
 * @typedef {import('../kafka/describe-topics.ts').DescribedTopic} DescribedTopic
 * @typedef {import('../kafka/describe-groups.ts').ListedGroup} ListedGroup
 * @typedef {import('../kafka/describe-groups.ts').DescribedGroup} DescribedGroup
 * @typedef {import('../kafka/volume.ts').Volume} Volume
 * @typedef {import('../connect/show-connector.ts').ShownConnector} ShownConnector
 * @typedef {import('../connect/show-connector.ts').DetailedConnector} DetailedConnector
 * @typedef {import('zod').output<typeof import('../parked/parked-store.ts').parkedKey>} ParkedKey
 * @typedef {import('zod').output<typeof import('../parked/parked-store.ts').parkedEvent>} ParkedEvent
 */

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
  return answerOf(await fetch(path, { headers: { accept: 'application/json' }, ...options }))
}

/** Sends an action that a person asked for. @param {string} path @param {object} [body] */
export async function act(path, body = {}) {
  const headers = { 'content-type': 'application/json', 'x-console-action': about.value?.actionToken ?? '' }
  return answerOf(await fetch(path, { method: 'POST', headers, body: JSON.stringify(body) }))
}

/** @param {Response} response */
async function answerOf(response) {
  const body = await response.json().catch(() => ({}))
  if (response.ok) return body
  throw new Refusal(body.detail ?? body.title ?? `HTTP ${response.status}`, response.status)
}
