import { html } from 'htm/preact'
import { Refusal } from '../api.js'
import { clock, countOf, duration, exact, idText, limit, ms } from '../format.js'
import { useLoaded } from '../load.js'
import { copyableId, panel, stateMark, whenLoaded } from '../parts/basics.js'
import { lanes } from '../parts/lanes.js'
import { place } from '../place.js'
import { now } from '../signals.js'
import { reading, sagaHead, SearchedSagas } from './sagas.js'

/**
 * @import { Loaded } from '../load.js'
 * @import { Mark } from '../parts/basics.js'
 * @import { ShownExpectation, ShownSaga } from '../../api/saga-schemas.ts'
 */

/** Watches a saga while it goes on; one that the console doesn't remember is searched in the topics. @param {{ id: string }} properties */
export function Saga({ id }) {
  /** @type {Loaded<ShownSaga>} */
  const found = useLoaded(`/api/sagas/${encodeURIComponent(id)}`, ({ state }) => (state === 'SETTLED' ? 3_000 : 500))
  const isUnknown = found.data === undefined && found.error instanceof Refusal && found.error.status === 404
  const older = html`
    <p class="summary">The console doesn't remember an event with this correlation id.</p>
    <${SearchedSagas} key=${place.value.query.get('before')} asked=${{ correlationId: id }}
      draw=${(/** @type {{ saga: ShownSaga | null }} */ { saga }) => saga && drawSaga(saga)} />
  `
  return html`
    ${sagaHead(html`Saga ${copyableId(id)}`)}
    ${isUnknown ? older : whenLoaded(found, 'This saga cannot be read', drawSaga)}
  `
}

/** @param {ShownSaga} saga */
function drawSaga(saga) {
  const { steps, expectations, topics, incomplete } = saga
  const note =
    incomplete &&
    html`<p class="small footnote">${stateMark('unknown', 'Some of its events may be missing here: they are no longer remembered, or too many.')}</p>`
  return html`
    ${summary(saga)}
    ${reading(topics)}
    <section class="panel" aria-label="Events by service">
      <p class="small">From ${exact(steps[0]?.at ?? null)} on, downwards in time.</p>
      ${lanes(
        steps,
        expectations.filter(({ state }) => state !== 'met')
      )}${note}
    </section>
    ${expectations.length > 0 && panel('What must follow', html`<ul class="stack">${expectations.map(one => expected(one, saga))}</ul>`)}
  `
}

/** @param {ShownSaga} saga */
function summary({ state, missing, steps, services, startedAt, lastAt, expectations }) {
  const all =
    steps.length === 1
      ? '1 event so far'
      : `${countOf(steps.length, 'event')} of ${countOf(services.length, 'service')} within ${ms(lastAt - startedAt)}`
  if (state === 'STUCK')
    return html`<div class="stack summary">${missing.map(sentence => html`<p>${stateMark('stopped', `Stuck: ${sentence}.`)}</p>`)}
      <p class="muted small">Look at ${[...new Set(expectations.filter(one => one.state === 'overdue').map(({ from }) => from))].join(' and ')}, its connector and its parked events.</p></div>`
  if (state === 'SETTLED')
    return html`<p class="summary">${stateMark('ok', 'Settled')} <span class="muted">${all}; nothing more is expected</span></p>`
  const open = expectations
    .filter(one => one.state !== 'met')
    .map(({ from, oneOf }) => `${oneOf.join(' or ')} from ${from}`)
  if (state === 'WAITING')
    return html`<p class="summary">${stateMark('pending', `Waiting for ${open.join(', and for ')}`)} <span class="muted">${all}</span></p>`
  return html`<p class="summary">${stateMark('unknown', `Not known whether ${open.join(', and ')} came in time: not all of that time was read.`)}</p>`
}

/** @type {Record<ShownExpectation['state'], Mark>} */
const markOf = { met: 'ok', waiting: 'pending', overdue: 'stopped', unknown: 'unknown' }

/** @param {ShownExpectation} one @param {ShownSaga} saga */
function expected(
  { state, event, aggregate, aggregateId, oneOf, from, withinMs, deadline, metBy, at, after },
  { steps }
) {
  const answer = steps.find(({ messageId }) => messageId === metBy)
  const wanted = `${oneOf.join(' or ')} from ${from}`
  const question = `${event} of ${aggregate} ${idText(aggregateId)}`
  const late = answer !== undefined && answer.at > deadline ? ', too late' : ''
  const words = {
    met: () =>
      `${answer?.event ?? wanted}${answer === undefined ? '' : ` came after ${ms(Math.max(0, answer.at - at))}${late}`}`,
    waiting: () => `${wanted}, within the next ${duration(deadline - now.value)}`,
    overdue: () => `for ${duration(now.value - deadline)}: ${wanted}`,
    unknown: () => `${wanted}: its topic was not read up to ${clock(deadline).slice(0, 8)}`
  }
  return html`<li key=${after}>
    ${stateMark(markOf[state], state)} ${words[state]()}
    <span class="muted"> · after ${question}, within ${limit(withinMs)}</span>
  </li>`
}
