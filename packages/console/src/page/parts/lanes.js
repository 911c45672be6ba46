import { html } from 'htm/preact'
import { clock, duration, exact, idText, limit, ms } from '../format.js'
import { hops, rowOf } from '../hops.js'
import { addressOf } from '../place.js'
import { now } from '../signals.js'
import { stateMark } from './basics.js'

/**
 * @import { ShownExpectation, ShownStep } from '../../api/saga-schemas.ts'
 * @import { Mark } from './basics.js'
 * @typedef {{ lane: number, row: number }} Spot
 */

const mostShown = 200

/**
 * The events of a saga, a column for each service, downwards in time, with an arrow from each cause to its effect; after
 * them what is still missing. On a narrow page the columns become an indented list.
 * @param {readonly ShownStep[]} all
 * @param {readonly ShownExpectation[]} missing
 */
export function lanes(all, missing) {
  const steps = all.slice(0, mostShown)
  const services = [...new Set([...steps.map(({ service }) => service), ...missing.map(({ from }) => from)])]
  // Each event has a row, and above it one for the arrow to it. The first row has the names.
  const spotOf = (/** @type {string} */ service, /** @type {number} */ index) => ({
    lane: services.indexOf(service) + 1,
    row: 2 * index + 3
  })
  /** @type {Map<string, Spot>} */
  const spots = new Map(steps.map(({ messageId, service }, index) => [messageId, spotOf(service, index)]))
  const byId = new Map(steps.map(step => [step.messageId, step]))
  const drawn = steps.map((step, index) => {
    const to = spotOf(step.service, index)
    return [
      arrow(spots.get(step.causationId ?? ''), to, { tookMs: step.sinceCauseMs }),
      card(step, to, byId.get(step.causationId ?? ''))
    ]
  })
  const ghosts = missing.map((one, index) => {
    const to = spotOf(one.from, steps.length + index)
    return [arrow(spots.get(one.after), to, { isMissing: true }), ghost(one, to)]
  })
  const left = all.length - steps.length
  return html`
    <div class="scroll" tabindex="0" role="region" aria-label="Events by service">
      <div class="lanes" style=${{ '--lanes': services.length, '--rows': 2 * (steps.length + missing.length) + 3 }}>
        ${services.map((name, index) => html`<p key=${`lane-${name}`} class="lane" style=${{ '--lane': index + 1 }} aria-hidden="true"><span>${name}</span></p>`)}
        <ol role="list">${drawn}${ghosts}</ol>
      </div>
    </div>
    ${left > 0 && html`<p class="small footnote">${left} later events are left out.</p>`}
  `
}

/** @param {ShownStep} step @param {Spot} spot @param {ShownStep | undefined} cause */
function card(
  {
    messageId,
    event,
    aggregate,
    aggregateId,
    service,
    topic,
    partition,
    offset,
    at,
    copies,
    sinceStartMs,
    sinceCauseMs,
    causationId,
    actor
  },
  spot,
  cause
) {
  const whose = `${aggregate} ${idText(aggregateId)}`
  const followed = hops.find(({ noun }) => noun === aggregate)
  const place = `${addressOf('topics', topic)}?before=${partition}:${offset + 1}&open=${partition}:${offset}`
  const after =
    cause !== undefined
      ? `${ms(Math.max(0, sinceCauseMs ?? 0))} after ${cause.event}`
      : causationId === null
        ? ''
        : 'its cause is not among these events'
  return html`<li key=${messageId} class=${cause === undefined ? 'step first' : 'step'} style=${positionOf(spot)}>
    <p class="step-service small">${service}</p>
    <p><b>${event}</b>${copies > 1 && html`<span class="badge small slow" title="Records with its message id">sent ${copies} times</span>`}</p>
    <p>${followed ? html`<a href=${rowOf(followed.name, aggregateId)}>${whose}</a>` : whose}</p>
    <p class="small" title=${exact(at)}>${clock(at)} · + ${ms(Math.max(0, sinceStartMs))}</p>
    ${actor !== null && html`<p class="small">by ${actor}</p>`}
    ${after && html`<p class=${`small ${cause && 'step-after'}`}>${after}</p>`}
    <p class="small step-place"><a href=${place}>${topic} · ${partition} · ${offset}</a></p>
  </li>`
}

/** @type {Record<ShownExpectation['state'], readonly [Mark, string]>} */
const marks = {
  met: ['ok', 'met'],
  waiting: ['pending', 'waiting for it'],
  overdue: ['stopped', 'overdue'],
  unknown: ['unknown', 'not known whether it came']
}

/** What must still come. @param {ShownExpectation} expected @param {Spot} spot */
function ghost({ after, state, from, oneOf, event, deadline, withinMs }, spot) {
  const [mark, words] = marks[state]
  const left = deadline - now.value
  return html`<li key=${`${after}-${from}`} class=${`step ghost ${mark}`} style=${positionOf(spot)}>
    <p class="step-service small">${from}</p>
    <p>${stateMark(mark, words)}${state === 'overdue' && ` for ${duration(-left)}`}</p>
    <p>${oneOf.map((name, index) => [index > 0 && html`<span class="muted"> or </span>`, name])}</p>
    <p class="small">within ${limit(withinMs)} after ${event}${state === 'waiting' && left > 0 && `: ${duration(left)} left`}</p>
  </li>`
}

/** @param {Spot} spot */
const positionOf = ({ lane, row }) => ({ '--lane': lane, '--row': row })

/**
 * The line from a cause to its effect: down its own lane, and across in the row above the effect.
 * @param {Spot | undefined} from
 * @param {Spot} to
 * @param {{ tookMs?: number | null, isMissing?: boolean }} about
 */
function arrow(from, to, { tookMs = null, isMissing = false }) {
  if (from === undefined) return null
  const [first, last] = [Math.min(from.lane, to.lane), Math.max(from.lane, to.lane)]
  const turn = from.lane === to.lane ? 'down' : from.lane < to.lane ? 'right' : 'left'
  const dashed = isMissing ? ' dashed' : ''
  const trail = html`<li class=${`trail${dashed}`} aria-hidden="true" style=${{ '--lane': from.lane, '--row': from.row + 1, '--end': to.row - 1 }} />`
  return html`
    ${to.row - 1 > from.row + 1 && trail}
    <li class=${`cause ${turn}${dashed}`} aria-hidden="true"
      style=${{ '--lane': first, '--span': last - first + 1, '--row': to.row - 1 }}>
      <i /><span>${tookMs === null ? '' : ms(Math.max(0, tookMs))}</span>
    </li>
  `
}
