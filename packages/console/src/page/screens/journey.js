import { html } from 'htm/preact'
import { clock, exact, ms } from '../format.js'
import { useLoaded } from '../load.js'
import { copyable, pairs, panel, stateMark, whenLoaded } from '../parts/basics.js'
import { parkedActions } from '../parts/parked-actions.js'
import { recordDetails } from '../parts/record.js'

/**
 * @import { Loaded } from '../load.js'
 * @import { HopState, Journey as JourneyData, Stage } from '../../api/pipeline-schemas.ts'
 */

/**
 * Watches one order until it has arrived, then every five seconds, because a person may retry or reset.
 * @param {{ id: string }} properties
 */
export function Journey({ id }) {
  /** @type {Loaded<JourneyData>} */
  const journey = useLoaded(`/api/orders/${encodeURIComponent(id)}`, ({ finished }) => (finished ? 5_000 : 400))
  return whenLoaded(journey, 'This order cannot be followed', draw)
}

/** @param {JourneyData} journey */
function draw(journey) {
  const { stages, parked, traceId, correlationId, record } = journey
  return html`
    <p class="summary">${summary(journey)}</p>
    <div class="stack journey">
      <section class="panel" aria-label="Stages">
        <ol class="rail">${stages.map((stage, index) => railStage(stage, stages[index - 1]))}</ol>
      </section>
      <div class="stack">
        ${parked && parkedPanel(parked)}
        ${identities(traceId, correlationId)}
        ${record && panel('The record', recordDetails(record))}
      </div>
    </div>
  `
}

/** @param {string | null} traceId @param {string | null} correlationId */
function identities(traceId, correlationId) {
  if (traceId === null && correlationId === null) return null
  const rows = pairs([
    ['trace id', traceId && copyable(traceId)],
    ['correlation id', correlationId && copyable(correlationId)]
  ])
  return panel('What it belongs to', rows)
}

/** @param {JourneyData} journey */
function summary({ stages, finished, found, id, parked }) {
  const delivered = stages.at(-1)
  if (delivered?.state === 'done')
    return delivered.sinceCommit === null
      ? 'Delivered.'
      : html`Delivered <b>${ms(delivered.sinceCommit)}</b> after its commit.`
  if (parked !== null) return 'Parked: it waits for a person.'
  if (finished) return 'Settled without a delivery.'
  if (found) return 'On its way …'
  if (stages.some(({ state }) => state === 'unknown'))
    return `Order ${id} was not found, but not every part of the pipeline can be asked.`
  return `There is no order ${id} in MySQL, Kafka or the delivery database. If it is placed, it appears here.`
}

/** @type {Record<Stage['state'], HopState>} */
const marks = { done: 'ok', waiting: 'unknown', parked: 'stopped', skipped: 'slow', unknown: 'unknown' }

/** @param {Stage} stage @param {Stage | undefined} before */
function railStage({ id, title, state, words, at, sinceCommit, facts }, before) {
  const step = sinceCommit === null || before?.sinceCommit == null ? 0 : sinceCommit - before.sinceCommit
  const since = sinceCommit === null ? '' : id === 'committed' ? '0 ms' : `+ ${ms(sinceCommit)}`
  return html`<li key=${id} class=${`stage ${state}`}>
    <div class="stage-time">
      <span class="since">${since}</span>
      ${
        at !== null &&
        html`<time class="small" datetime=${new Date(at).toISOString()} title=${exact(at)}>${clock(at)}</time>`
      }
    </div>
    <div>
      <h2>${title}${step > 0 && id !== 'kafka' && html`<span class="small step"> ${ms(step)} after the stage before</span>`}</h2>
      <p class="stage-words">${stateMark(marks[state], words)}</p>
      ${facts.length > 0 && pairs(facts.map(({ label, value }) => [label, value]))}
    </div>
  </li>`
}

/** @param {NonNullable<JourneyData['parked']>} parked */
function parkedPanel(parked) {
  const behind =
    parked.behind === 0
      ? 'No event of the same order waits behind it.'
      : `${parked.behind} more of the same order wait behind it.`
  return html`<section class="panel parked">
    <h2>${stateMark('stopped', `Parked: ${parked.reason}`)}</h2>
    ${parked.error !== null && html`<pre class="error">${parked.error}</pre>`}
    <p>${behind} Fix the cause, then retry; or skip it for good.</p>
    ${parkedActions(parked)}
  </section>`
}
