import { about } from './signals.js'

/**
 * What the API answers, as the server's own schemas describe it.
 * @typedef {import('../api/pipeline-schemas.ts').About} About
 * @typedef {import('../api/pipeline-schemas.ts').Flow} Flow
 * @typedef {import('../api/pipeline-schemas.ts').Hop} Hop
 * @typedef {import('../api/pipeline-schemas.ts').HopState} HopState
 * @typedef {import('../api/pipeline-schemas.ts').Fact} Fact
 * @typedef {import('../api/pipeline-schemas.ts').Series} Series
 * @typedef {import('../api/pipeline-schemas.ts').OrderPage} OrderPage
 * @typedef {import('../api/pipeline-schemas.ts').Journey} Journey
 * @typedef {import('../api/pipeline-schemas.ts').Stage} Stage
 * @typedef {import('../api/pipeline-schemas.ts').ParkedKey} ParkedKey
 * @typedef {import('../api/pipeline-schemas.ts').ParkedEvent} ParkedEvent
 * @typedef {import('../api/kafka-schemas.ts').ShownRecord} ShownRecord
 * @typedef {import('../api/kafka-schemas.ts').RecordPage} RecordPage
 * @typedef {import('../api/kafka-schemas.ts').ListedTopic} ListedTopic
 * @typedef {import('../api/kafka-schemas.ts').DescribedTopic} DescribedTopic
 * @typedef {import('../api/kafka-schemas.ts').ListedGroup} ListedGroup
 * @typedef {import('../api/kafka-schemas.ts').DescribedGroup} DescribedGroup
 * @typedef {import('../api/kafka-schemas.ts').Volume} Volume
 * @typedef {import('../api/kafka-schemas.ts').ShownConnector} ShownConnector
 * @typedef {import('../api/kafka-schemas.ts').DetailedConnector} DetailedConnector
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
