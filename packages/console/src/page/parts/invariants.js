import { html } from 'htm/preact'
import { countOf, duration } from '../format.js'
import { now } from '../signals.js'
import { panel, stateMark, when } from './basics.js'

/**
 * @import { PartState } from '../../api/pipeline-schemas.ts'
 * @import { Invariant, Playground } from '../../api/playground-schemas.ts'
 */

/** What must hold whatever is broken, as its last check found it. @param {Playground['invariants']} found */
export function invariantsPanel(found) {
  if (found === null)
    return panel(
      'Invariants',
      html`<p>${stateMark('unknown', 'No invariant is checked here: this system has no oracle')}</p>`
    )
  const { items, checks, problem } = found
  return panel(
    'Invariants',
    html`
      <ul class="lines">${items.map(row)}</ul>
      ${problem !== null && html`<p class="footnote">${stateMark('unknown', `Not checked now: ${problem}`)}</p>`}
      <p class="small footnote">Each second the newest rows are checked, and the older ones in turn: ${countOf(checks, 'check')} so far.</p>
    `
  )
}

/** @type {Record<Invariant['state'], PartState>} */
const marks = { holds: 'ok', settling: 'slow', violated: 'stopped', unknown: 'unknown' }

/** @param {Invariant} invariant */
function row({ name, state, checked, settling, violations, at, lastViolation }) {
  const words = {
    holds: 'holds',
    settling: `settling: ${countOf(settling, 'change')} on the way`,
    violated: 'violated',
    unknown: at === null ? 'unknown: never checked' : `unknown for ${duration(now.value - at)}`
  }[state]
  return html`<li key=${name} class="item">
    <span class="row apart"><span>${name}</span> ${stateMark(marks[state], words)}</span>
    <span class="small">${at === null ? 'not checked yet' : html`${countOf(checked, 'row')} checked ${when(at)}`}</span>
    ${violations.map(text => html`<span class="state stopped">${text}</span>`)}
    ${lastViolation !== null && state !== 'violated' && html`<span class="state slow">Violated ${when(lastViolation.at)}: ${lastViolation.text}</span>`}
  </li>`
}
