import { html } from 'htm/preact'
import { go } from '@outbox-cdc/console/page/place.js'
import { contractAddress, stateOf, statusMark } from './facts.js'
import { keyOf, pointOn } from './network-layout.js'

/**
 * @import { Signal } from '@preact/signals'
 * @import { GraphEdge } from '../../api/page-shapes.ts'
 * @import { Group, PlacedEdge } from './network-layout.js'
 */

/**
 * The picture of one system. The edge that a person points at is said below it.
 * @param {Group} group
 * @param {Signal<GraphEdge | undefined>} pointed
 */
export function drawGroup({ title, width, height, nodes, edges }, pointed) {
  const shown = edges.find(edge => pointed.value !== undefined && keyOf(edge) === keyOf(pointed.value))
  return html`<section key=${title} class="panel group">
    <h2>${title}</h2>
    <div class="scroll" tabindex="0" role="region" aria-label=${`Picture of ${title}`}>
      <svg class="network" width=${width} height=${height} viewBox=${`0 0 ${width} ${height}`} role="group" aria-label=${title}>
        ${edges.map(edge => drawEdge(edge, edge === shown, pointed))}
        ${nodes.map(
          node => html`<g key=${node.name} class=${shown && [shown.from, shown.to].includes(node.name) ? 'node pointed' : 'node'}>
            <title>${node.name}</title>
            <rect x=${node.x - node.width / 2} y=${node.y - node.height / 2} width=${node.width} height=${node.height} rx="8" />
            <text x=${node.x} y=${node.y}>${node.label}</text>
          </g>`
        )}
      </svg>
    </div>
    <p class="small said">${shown ? html`${sentenceOf(shown)}: ${statusMark(shown.status)}` : 'Point at an arrow to see its contract; a click opens it.'}</p>
  </section>`
}

/** @param {GraphEdge} edge */
export function sentenceOf({ from, to, kind }) {
  return kind === 'http' ? `${from} asks ${to} over HTTP` : `${from} reads messages of ${to}`
}

/** @param {PlacedEdge} edge @param {boolean} isShown @param {Signal<GraphEdge | undefined>} pointed */
function drawEdge(edge, isShown, pointed) {
  const { start, control, end, from, to, kind, status } = edge
  const href = contractAddress(from, to)
  const path = `M${start.x} ${start.y}Q${control.x} ${control.y} ${end.x} ${end.y}`
  const point = () => (pointed.value = edge)
  const leave = () => (pointed.value = undefined)
  const open = (/** @type {MouseEvent} */ event) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey) return
    event.preventDefault()
    go(href)
  }
  return html`<a key=${keyOf(edge)} href=${href} class=${`edge ${kind} ${stateOf(status)} ${isShown ? 'pointed' : ''}`}
    aria-label=${`${sentenceOf(edge)}: ${words[status]}`}
    onClick=${open} onMouseEnter=${point} onMouseLeave=${leave} onFocus=${point} onBlur=${leave}>
    <path class="hit" d=${path} /><path class="line" d=${path} />
    <path class="head" d=${headOf(edge)} />
    ${symbol(status, pointOn(edge, 0.42))}
  </a>`
}

const words = { verified: 'verified', failed: 'failed', unverified: 'not verified yet' }

/** The arrow's head, as a triangle at the end of the curve. @param {PlacedEdge} edge */
function headOf({ control, end }) {
  const length = Math.hypot(end.x - control.x, end.y - control.y) || 1
  const [dx, dy] = [(end.x - control.x) / length, (end.y - control.y) / length]
  const [backX, backY] = [end.x - 9 * dx, end.y - 9 * dy]
  return `M${end.x} ${end.y}L${backX - 4.5 * dy} ${backY + 4.5 * dx}L${backX + 4.5 * dy} ${backY - 4.5 * dx}Z`
}

/** The shape of the state, as the words have it, so that no reader has to tell colours apart. @param {GraphEdge['status']} status @param {{ x: number, y: number }} at */
function symbol(status, { x, y }) {
  if (status === 'failed') return html`<rect class="symbol" x=${x - 6} y=${y - 6} width="12" height="12" rx="1.5" />`
  return html`<circle class=${status === 'verified' ? 'symbol' : 'symbol open'} cx=${x} cy=${y} r="5" />`
}
