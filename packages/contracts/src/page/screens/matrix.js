import { html } from 'htm/preact'
import { useLoaded } from '@outbox-cdc/console/page/load.js'
import { screenHead, table, whenLoaded } from '@outbox-cdc/console/page/parts/basics.js'
import { go, place, withQuery } from '@outbox-cdc/console/page/place.js'
import {
  contractAddress,
  labelsOf,
  nothingPublished,
  refreshMs,
  verified,
  versionText,
  whenIso
} from '../parts/facts.js'

/**
 * @import { ListedContract, MatrixRow } from '../../api/page-shapes.ts'
 * @import { Loaded } from '@outbox-cdc/console/page/load.js'
 */

export function Matrix() {
  const { query } = place.value
  const chosen = { consumer: query.get('consumer') ?? '', provider: query.get('provider') ?? '' }
  const asked = new URLSearchParams(Object.entries(chosen).filter(([, name]) => name !== '')).toString()
  /** @type {Loaded<{ items: MatrixRow[] }>} */
  const rows = useLoaded(`/api/matrix${asked && `?${asked}`}`, refreshMs)
  /** @type {Loaded<{ items: ListedContract[] }>} */
  const contracts = useLoaded('/api/contracts', refreshMs)
  const all = contracts.data?.items ?? []
  const filters = html`<form class="row" onSubmit=${(/** @type {Event} */ event) => event.preventDefault()}>
    ${choice(
      'consumer',
      chosen.consumer,
      all.map(one => one.consumer)
    )}
    ${choice(
      'provider',
      chosen.provider,
      all.map(one => one.provider)
    )}
  </form>`
  return html`
    ${screenHead('Matrix', filters)}
    ${whenLoaded(rows, 'The matrix cannot be read', ({ items }) => list(items, asked !== ''))}
  `
}

/** @param {'consumer' | 'provider'} role @param {string} chosen @param {readonly string[]} names */
function choice(role, chosen, names) {
  const options = [...new Set([...names, chosen])].filter(name => name !== '').toSorted()
  const change = (/** @type {Event} */ { target }) => {
    if (target instanceof HTMLSelectElement) go(withQuery({ [role]: target.value }), { replace: true })
  }
  return html`<label class="row muted">${role === 'consumer' ? 'Consumer' : 'Provider'}
    <select onChange=${change}>
      <option value="" selected=${chosen === ''}>all</option>
      ${options.map(name => html`<option key=${name} value=${name} selected=${name === chosen}>${name}</option>`)}
    </select>
  </label>`
}

/** @param {readonly MatrixRow[]} items @param {boolean} isFiltered */
function list(items, isFiltered) {
  if (items.length === 0 && !isFiltered) return nothingPublished
  const hrefOf = (/** @type {MatrixRow} */ { consumer, provider }) =>
    contractAddress(consumer.name, provider.name, consumer.version)
  const empty = 'No version of this consumer has a contract with this provider.'
  const keyOf = (/** @type {MatrixRow} */ row) => `${hrefOf(row)}/${row.provider.version}`
  const rows = table({ label: 'Versions of consumers and providers', items, hrefOf, keyOf, empty }, [
    ['Consumer', ({ consumer }) => consumer.name],
    ['Version', ({ consumer }) => version(consumer), 'version'],
    ['Verification', ({ verification }) => verified(verification)],
    ['Provider', ({ provider }) => provider.name],
    ['Version', ({ provider }) => version(provider), 'version'],
    ['Published', ({ consumer }) => whenIso(consumer.publishedAt)]
  ])
  return html`<section class="panel">${rows}</section>`
}

/** @param {MatrixRow['consumer'] | MatrixRow['provider']} side */
function version(side) {
  return side.version === null ? '–' : html`${versionText(side.version)} ${labelsOf(side)}`
}
