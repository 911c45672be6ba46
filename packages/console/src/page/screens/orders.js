import { html } from 'htm/preact'
import { ago, exact, ms } from '../format.js'
import { useLoaded } from '../load.js'
import { screenHead, stateMark, submitted, whenLoaded } from '../parts/basics.js'
import { emptyOrders, placeOrderButton } from '../parts/place-order.js'
import { table } from '../parts/table.js'
import { go, place, withQuery } from '../place.js'
import { now } from '../signals.js'
import { Journey } from './journey.js'

/**
 * @import { Loaded } from '../load.js'
 * @import { OrderPage } from '../../api/pipeline-schemas.ts'
 */

export const ordersScreen = { id: 'orders', href: '/orders', title: 'Orders', letter: 'o', Screen: OrdersScreen }

function OrdersScreen() {
  const id = place.value.path[1]
  return html`
    ${screenHead(id === undefined ? 'Orders' : `Order ${id}`, [search(), placeOrderButton()])}
    ${id === undefined ? html`<${OrderList} />` : html`<${Journey} id=${id} />`}
  `
}

function search() {
  /** @param {SubmitEvent} event */
  const submit = event => {
    const id = submitted(event)['id']?.replace(/^#/, '')
    if (id) go(`/orders/${encodeURIComponent(id)}`)
  }
  return html`<form class="row search" role="search" onSubmit=${submit}>
    <label class="sr" for="order-id">Order id</label>
    <input id="order-id" name="id" type="search" inputmode="numeric" placeholder="Follow an order by its id"
      autocomplete="off" />
    <button>Follow</button>
  </form>`
}

/** The newest page stays new; an older one is loaded once. */
function OrderList() {
  const before = place.value.query.get('before')
  const query = before === null ? '' : `?before=${encodeURIComponent(before)}`
  /** @type {Loaded<OrderPage>} */
  const page = useLoaded(`/api/orders${query}`, () => (before === null ? 1_000 : undefined))
  return whenLoaded(page, 'The orders cannot be read', list)
}

/** @param {OrderPage} page */
function list({ items, next }) {
  if (items.length === 0) return html`<section class="panel">${emptyOrders()}</section>`
  return html`<section class="panel">
    ${table({
      label: 'Orders, newest first',
      items,
      keyOf: order => order.id,
      columns: [
        ['Order', ({ id }) => html`<a href=${`/orders/${id}`}>#${id}</a>`],
        ['What', order => order.label],
        ['Committed', ({ createdAt }) => html`<span title=${exact(createdAt)}>${ago(createdAt, now.value)}</span>`],
        [
          'Delivered',
          ({ delivered, deliveredMs }) =>
            delivered ? stateMark('ok', `after ${ms(deliveredMs)}`) : stateMark('unknown', 'not delivered yet')
        ]
      ]
    })}
    ${next !== null && html`<p class="more"><a href=${withQuery({ before: next })}>Older orders</a></p>`}
  </section>`
}
