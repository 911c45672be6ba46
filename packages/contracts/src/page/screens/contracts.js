import { html } from 'htm/preact'
import { useLoaded } from '@outbox-cdc/console/page/load.js'
import { screenHead, table, whenLoaded } from '@outbox-cdc/console/page/parts/basics.js'
import { go, place, withQuery } from '@outbox-cdc/console/page/place.js'
import {
  contractAddress,
  kindsOf,
  labelsOf,
  nothingPublished,
  refreshMs,
  statusMark,
  statusOf,
  verified,
  versionText,
  whenIso
} from '../parts/facts.js'

/**
 * @import { EdgeStatus, ListedContract } from '../../api/page-shapes.ts'
 * @import { Loaded } from '@outbox-cdc/console/page/load.js'
 */

export function ContractList() {
  /** @type {Loaded<{ items: ListedContract[] }>} */
  const contracts = useLoaded('/api/contracts', refreshMs)
  const name = place.value.query.get('name') ?? ''
  const filter = (/** @type {InputEvent} */ { target }) => {
    if (target instanceof HTMLInputElement) go(withQuery({ name: target.value }), { replace: true })
  }
  const search = html`<form class="search" role="search" onSubmit=${(/** @type {Event} */ event) => event.preventDefault()}>
    <label class="row muted">Name <input type="search" value=${name} onInput=${filter} placeholder="of a consumer or provider" /></label>
  </form>`
  return html`
    ${screenHead('Contracts', search)}
    ${whenLoaded(contracts, 'The contracts cannot be read', ({ items }) => list(items, name.trim().toLowerCase()))}
  `
}

/** @param {readonly ListedContract[]} contracts @param {string} name */
function list(contracts, name) {
  if (contracts.length === 0) return nothingPublished
  const items = contracts.filter(({ consumer, provider }) => `${consumer}\n${provider}`.toLowerCase().includes(name))
  const hrefOf = (/** @type {ListedContract} */ { consumer, provider }) => contractAddress(consumer, provider)
  const rows = table({ label: 'Contracts', items, hrefOf, empty: 'No consumer or provider has this in its name.' }, [
    ['Consumer', one => html`${one.consumer}<span class="sr"> and ${one.provider}</span>`],
    ['Provider', one => one.provider],
    ['Last verification', ({ verification }) => verified(verification)],
    ['Kinds', one => kindsOf(one.kinds)],
    ['Version of the consumer', ({ version }) => html`${versionText(version.number)} ${labelsOf(version)}`, 'version'],
    ['Published', ({ version }) => whenIso(version.publishedAt)]
  ])
  return html`${summary(items)}<section class="panel">${rows}</section>`
}

/** @param {readonly ListedContract[]} items */
function summary(items) {
  /** @type {readonly EdgeStatus[]} */
  const statuses = ['failed', 'unverified', 'verified']
  const counted = statuses.map(status => ({
    status,
    count: items.filter(({ verification }) => statusOf(verification) === status).length
  }))
  return html`<p class="row summary counts">
    ${counted.filter(({ count }) => count > 0).map(({ status, count }) => html`<span key=${status}>${statusMark(status, `${count} ${words[status]}`)}</span>`)}
  </p>`
}

const words = { verified: 'verified', failed: 'failed', unverified: 'not verified yet' }
