import { useSignal } from '@preact/signals'
import { html } from 'htm/preact'
import { useLoaded } from '@outbox-cdc/console/page/load.js'
import { screenHead, table, whenLoaded } from '@outbox-cdc/console/page/parts/basics.js'
import { contractAddress, kindsOf, nothingPublished, refreshMs, statusMark } from '../parts/facts.js'
import { drawGroup, sentenceOf } from '../parts/network-group.js'
import { keyOf, layOut } from '../parts/network-layout.js'

/**
 * @import { EdgeStatus, Graph, GraphEdge } from '../../api/page-shapes.ts'
 * @import { Loaded } from '@outbox-cdc/console/page/load.js'
 */

export function Network() {
  /** @type {Loaded<Graph>} */
  const graph = useLoaded('/api/graph', refreshMs)
  const pointed = useSignal(/** @type {GraphEdge | undefined} */ (undefined))
  return html`
    ${screenHead('Network', legend())}
    ${whenLoaded(graph, 'The network cannot be read', found => {
      if (found.edges.length === 0) return nothingPublished
      return html`
        <div class="groups">${layOut(found).map(group => drawGroup(group, pointed))}</div>
        <section class="panel"><h2>Who needs whom</h2>${list(found.edges)}</section>
      `
    })}
  `
}

/** @type {readonly EdgeStatus[]} */
const statuses = ['verified', 'failed', 'unverified']

function legend() {
  const line = (/** @type {string} */ kind, /** @type {string} */ words) => html`<span class="row">
    <svg class="sample" width="34" height="10" viewBox="0 0 34 10" aria-hidden="true"><path class=${kind} d="M0 5H34" /></svg>${words}
  </span>`
  return html`<p class="row legend small">
    ${line('http', 'HTTP')}${line('message', 'messages')}
    ${statuses.map(status => html`<span key=${status}>${statusMark(status)}</span>`)}
    <span>An arrow leads from the consumer to the provider.</span>
  </p>`
}

/** @param {readonly GraphEdge[]} edges */
function list(edges) {
  const items = edges.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
  const hrefOf = (/** @type {GraphEdge} */ { from, to }) => contractAddress(from, to)
  return table({ label: 'Who needs whom', items, hrefOf, keyOf }, [
    ['Consumer', edge => html`${edge.from}<span class="sr">: ${sentenceOf(edge)}</span>`],
    ['Provider', edge => edge.to],
    ['Kind', edge => kindsOf([edge.kind])],
    ['Last verification', edge => statusMark(edge.status)]
  ])
}
