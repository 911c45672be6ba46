import { html } from 'htm/preact'
import { clock, exact, ms } from '../format.js'
import { useLoaded } from '../load.js'
import { copyable, pairs, panel, screenHead, stateMark, submitted, table, when, whenLoaded } from '../parts/basics.js'
import { parkedActions } from '../parts/parked-actions.js'
import { emptyOrders, placeOrderButton } from '../parts/place-order.js'
import { recordDetails } from '../parts/record.js'
import { addressOf, go, place, withQuery } from '../place.js'

/**
 * @import { Loaded } from '../load.js'
 * @import { HopState, Journey, OrderPage, Stage } from '../../api/pipeline-schemas.ts'
 */

/** @param {string} title */
function head(title) {
  /** @param {SubmitEvent} event */
  const submit = event => {
    const id = submitted(event)['id']?.replace(/^#/, '')
    if (id) go(addressOf('orders', id))
  }
  const search = html`<form class="row search" role="search" onSubmit=${submit}>
    <label class="sr" for="order-id">Order id</label>
    <input id="order-id" name="id" type="search" placeholder="Follow an order by its id"
      autocomplete="off" />
    <button>Follow</button>
  </form>`
  return screenHead(title, [search, placeOrderButton()])
}

/**
 * Watches one order until it has arrived, then every five seconds, because a person may retry or reset.
 * @param {{ id: string }} properties
 */
export function Order({ id }) {
  /** @type {Loaded<Journey>} */
  const order = useLoaded(`/api${addressOf('orders', id)}`, ({ finished }) => (finished ? 5_000 : 400))
  return html`${head(`Order ${id}`)}${whenLoaded(order, 'This order cannot be followed', journey)}`
}

/** The newest page stays new; an older one is loaded once. */
export function OrderList() {
  const before = place.value.query.get('before')
  const query = before === null ? '' : `?before=${encodeURIComponent(before)}`
  /** @type {Loaded<OrderPage>} */
  const page = useLoaded(`/api/orders${query}`, () => (before === null ? 1_000 : undefined))
  return html`${head('Orders')}${whenLoaded(page, 'The orders cannot be read', list)}`
}

/** @param {OrderPage} page */
function list({ items, next }) {
  if (items.length === 0) return html`<section class="panel">${emptyOrders()}</section>`
  /** @param {OrderPage['items'][number]} order */
  const arrival = ({ delivered, deliveredMs }) =>
    delivered ? stateMark('ok', `after ${ms(deliveredMs)}`) : stateMark('unknown', 'not delivered yet')
  const rows = table({ label: 'Orders, newest first', items, hrefOf: ({ id }) => addressOf('orders', id) }, [
    ['Order', order => `#${order.id}`],
    ['What', order => order.label],
    ['Committed', order => when(order.createdAt)],
    ['Delivered', arrival]
  ])
  return html`<section class="panel">
    ${rows}
    ${next !== null && html`<p class="more"><a href=${withQuery({ before: next })}>Older orders</a></p>`}
  </section>`
}

/** One order from its commit to its effect. @param {Journey} order */
function journey(order) {
  const { stages, parked, traceId, correlationId, record } = order
  return html`
    <p class="summary">${summary(order)}</p>
    <div class="stack journey">
      <section class="panel" aria-label="Stages">
        <ol class="stack rail">${stages.map((stage, index) => railStage(stage, stages[index - 1]))}</ol>
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
  const ids = { 'trace id': traceId && copyable(traceId), 'correlation id': correlationId && copyable(correlationId) }
  return panel('What it belongs to', pairs(Object.entries(ids)))
}

/** @param {Journey} order */
function summary({ stages, finished, found, id, parked }) {
  const last = stages.at(-1)
  const verb = last?.id === 'delivered' ? 'Delivered' : 'Handled'
  if (last?.state === 'done' && finished)
    return last.sinceCommit === null ? `${verb}.` : html`${verb} <b>${ms(last.sinceCommit)}</b> after its commit.`
  if (parked !== null) return 'Parked: it waits for a person.'
  if (finished) return 'Settled without a delivery.'
  if (found) return 'On its way …'
  if (stages.some(({ state }) => state === 'unknown'))
    return `Order ${id} was not found, but not every part of the pipeline can be asked.`
  return `There is no order ${id} in any part that is configured. If it is placed, it appears here.`
}

/** @type {Record<Stage['state'], HopState>} */
const marks = { done: 'ok', waiting: 'unknown', parked: 'stopped', skipped: 'slow', unknown: 'unknown' }

/** @param {Stage} stage @param {Stage | undefined} before */
function railStage({ id, title, state, words, at, sinceCommit, facts }, before) {
  const step = sinceCommit === null || before?.sinceCommit == null ? 0 : sinceCommit - before.sinceCommit
  const since = sinceCommit === null ? '' : id === 'committed' ? '0 ms' : `+ ${ms(sinceCommit)}`
  return html`<li key=${id} class=${`stage ${state} ${marks[state]}`}>
    <div class="stage-time">
      <p class="since">${since}</p>
      ${at !== null && html`<time class="small" title=${exact(at)}>${clock(at)}</time>`}
    </div>
    <div>
      <h2>${title}${step > 0 && id !== 'kafka' && html`<span class="small"> ${ms(step)} after the stage before</span>`}</h2>
      <p class="stage-words">${stateMark(marks[state], words)}</p>
      ${facts.length > 0 && pairs(facts.map(({ label, value }) => [label, value]))}
    </div>
  </li>`
}

/** @param {NonNullable<Journey['parked']>} parked */
function parkedPanel(parked) {
  const behind =
    parked.behind === 0
      ? 'No event of the same order waits behind it.'
      : `${parked.behind} more of the same order ${parked.behind === 1 ? 'waits' : 'wait'} behind it.`
  return html`<section class="panel stopped">
    <h2>${stateMark('stopped', `Parked: ${parked.reason}`)}</h2>
    ${parked.error !== null && html`<pre class="error">${parked.error}</pre>`}
    <p>${behind} Fix the cause, then retry; or skip it for good.</p>
    ${parkedActions(parked)}
  </section>`
}
