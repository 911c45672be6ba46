import { html } from 'htm/preact'
import { useLoaded } from '@outbox-cdc/console/page/load.js'
import { pairs, panel, screenHead, whenLoaded } from '@outbox-cdc/console/page/parts/basics.js'
import { place } from '@outbox-cdc/console/page/place.js'
import { contractAddress, labelsOf, refreshMs, statusMark, statusOf, versionText, whenIso } from '../parts/facts.js'
import { interactionPanel } from '../parts/interaction.js'

/**
 * @import { ShownContract, Verification } from '../../api/page-shapes.ts'
 * @import { Loaded } from '@outbox-cdc/console/page/load.js'
 */

/** @param {{ consumer: string, provider: string }} properties */
export function Contract({ consumer, provider }) {
  const version = place.value.query.get('version') ?? undefined
  /** @type {Loaded<ShownContract>} */
  const contract = useLoaded(`/api${contractAddress(consumer, provider, version)}`, refreshMs)
  const history = html`<a href=${`/matrix?${new URLSearchParams({ consumer, provider })}`}>History of both</a>`
  const title = html`${consumer} <span class="muted">and</span> ${provider}`
  return html`${screenHead(title, history)}${whenLoaded(contract, 'This contract cannot be read', detail)}`
}

/** @param {ShownContract} contract */
function detail({ consumer, provider, version, verification, interactions }) {
  const facts = pairs([
    ['Consumer', html`${consumer}, version ${versionText(version.number)} ${labelsOf(version)}`],
    ['Published', whenIso(version.publishedAt)],
    ['Provider', provider],
    ['Last verification', lastOf(verification)]
  ])
  const failures = verification?.failures ?? []
  return html`
    <section class="panel">${facts}</section>
    ${failures.length > 0 && panel('What failed', failureList(failures))}
    ${interactions.map((interaction, index) => {
      const own = failures.filter(failure => failure.interaction === interaction.description)
      const status = own.length === 0 && isTold(failures) ? 'verified' : statusOf(verification)
      return interactionPanel(interaction, { key: String(index), status, failures: own })
    })}
  `
}

/** Whether each failure names its interaction; else any may have failed. @param {Verification['failures']} failures */
function isTold(failures) {
  return failures.length > 0 && failures.every(({ interaction }) => interaction !== '')
}

/** @param {Verification | null} verification */
function lastOf(verification) {
  const mark = statusMark(statusOf(verification))
  if (verification === null) return mark
  const { providerVersion, verifiedAt } = verification
  return html`${mark} by version ${versionText(providerVersion)} of the provider, ${whenIso(verifiedAt)}`
}

/** @param {Verification['failures']} failures */
function failureList(failures) {
  return html`<ul class="failures">
    ${failures.map(
      ({ interaction, where, what }, index) =>
        html`<li key=${index}><b>${interaction}</b> <code>${where}</code>: ${what}</li>`
    )}
  </ul>`
}
