import { html } from 'htm/preact'
import { stateMark, when } from '@outbox-cdc/console/page/parts/basics.js'
import { addressOf } from '@outbox-cdc/console/page/place.js'

/** @import { EdgeStatus, Kind, Verification } from '../../api/page-shapes.ts' */

/** How often a screen asks again, in milliseconds. */
export const refreshMs = 3_000

/** @type {Record<EdgeStatus, readonly ['ok' | 'stopped' | 'unknown', string]>} */
const marks = {
  verified: ['ok', 'verified'],
  failed: ['stopped', 'failed'],
  unverified: ['unknown', 'not verified yet']
}

/** @param {EdgeStatus} status @param {string} [words] */
export function statusMark(status, words) {
  const [state, usual] = marks[status]
  return stateMark(state, words ?? usual)
}

/** @param {EdgeStatus} status */
export function stateOf(status) {
  return marks[status][0]
}

/** @param {{ success: boolean } | null} verification @returns {EdgeStatus} */
export function statusOf(verification) {
  if (verification === null) return 'unverified'
  return verification.success ? 'verified' : 'failed'
}

const kindWords = { http: 'HTTP', message: 'messages' }

/** @param {readonly Kind[]} kinds */
export function kindsOf(kinds) {
  return kinds.map(kind => kindWords[kind]).join(' and ')
}

/** A commit by its first digits, with all of them in its tooltip; every other version whole. @param {string} version */
export function versionText(version) {
  if (!/^[\da-f]{40}$/.test(version)) return html`<code>${version}</code>`
  return html`<code title=${version}>${version.slice(0, 10)}</code>`
}

/**
 * Branches, tags and environments of a version, in words.
 * @param {{ branches: readonly string[], tags: readonly string[], environments?: readonly string[] }} version
 */
export function labelsOf({ branches, tags, environments = [] }) {
  const labels = [
    ...branches.map(name => `branch ${name}`),
    ...tags.map(name => `tag ${name}`),
    ...environments.map(name => `in ${name}`)
  ]
  return labels.map(label => html`<span key=${label} class="label small">${label}</span> `)
}

/** @param {string} consumer @param {string} provider @param {string} [version] */
export function contractAddress(consumer, provider, version) {
  const address = addressOf('contracts', consumer, provider)
  return version === undefined ? address : `${address}?${new URLSearchParams({ version })}`
}

/** When it was, of a time in ISO 8601. @param {string} time */
export function whenIso(time) {
  return when(Date.parse(time))
}

/**
 * What came of the last verification, and when; the provider's version is in its tooltip.
 * @param {Pick<Verification, 'success' | 'verifiedAt'> & { providerVersion?: string } | null} verification
 */
export function verified(verification) {
  const mark = statusMark(statusOf(verification))
  if (verification === null) return mark
  const { providerVersion, verifiedAt } = verification
  const by = providerVersion === undefined ? null : `by version ${providerVersion} of the provider`
  return html`<span title=${by}>${mark} <span class="muted">${whenIso(verifiedAt)}</span></span>`
}

/** In the place of a list that is empty. */
export const nothingPublished = html`<section class="panel">
  <p>No contract has been published yet.</p>
  <p class="muted empty">
    ${'In the folder of the project, '}<code>npm run contracts -- check</code> publishes the contracts of every service
    and verifies them.
  </p>
</section>`
