import { signal, useSignal } from '@preact/signals'
import { html } from 'htm/preact'
import { act, underWay } from './act.js'
import { follow } from './changes.js'
import { notify } from './notices.js'
import { button, column, listOf, money, orderCard, stateMark, submitted } from './parts.js'
import { find, fresh, menu, myPages } from './rows.js'

/**
 * @import { MenuItem, MyPage } from './rows.js'
 * @import { State } from './parts.js'
 */

/** @type {Record<string, readonly [State, string]>} */
const statuses = {
  PAYMENT_PENDING: ['slow', 'waits for its payment'],
  PAID: ['pending', 'paid'],
  RECEIVED: ['pending', 'received'],
  DECORATED: ['pending', 'decorated'],
  DEPARTED: ['pending', 'on its way'],
  COMPLETED: ['ok', 'brought'],
  CANCELLING: ['slow', 'being cancelled'],
  CANCELLED: ['unknown', 'cancelled'],
  REJECTED: ['stopped', 'rejected']
}
const way = ['PAID', 'RECEIVED', 'DECORATED', 'DEPARTED', 'COMPLETED']
const final = ['COMPLETED', 'CANCELLED', 'REJECTED', 'CANCELLING']

/** @type {Record<string, string>} */
const payments = {
  PAID: 'paid',
  VOID: 'never paid',
  CANCELLED: 'money given back',
  FORCIBLY_CANCELLED: 'money given back by force'
}
/** @type {Record<string, string>} */
const cancellations = {
  REQUESTED: 'Its cancellation is being decided.',
  REFUSED: 'It could not be cancelled: the rider had left with it.',
  OVERTAKEN: 'The shop had rejected it before it was cancelled.'
}
/** @type {Record<string, string>} */
const reasons = {
  CUSTOMER: 'Cancelled by the customer.',
  NOT_PAID_IN_TIME: 'It was not paid in time.',
  PAYMENT_UNAVAILABLE: 'Payment was not available.',
  OUT_OF_STOCK: 'There was not enough of it in stock.'
}

const chosen = signal(/** @type {number | undefined} */ (undefined))

export function Customer() {
  return column(
    { id: 'customer', title: 'Customer', about: 'chooses, pays, and may change their mind', scope: 'orders' },
    html`
    <${Order} />
    ${listOf('My orders', myPages, { empty: 'No order yet. Choose from the menu, and press Order.', draw: orderRow })}
  `
  )
}

function Order() {
  const qty = useSignal(1)
  const item = chosen.value === undefined ? undefined : find(menu, chosen.value)
  /** @param {SubmitEvent} event */
  const submit = async event => {
    const { itemId, userName, qty: count } = submitted(event)
    if (itemId === undefined) return notify('Choose something from the menu first.', 'stopped')
    const order = await act('POST', '/orders', {
      itemId: Number(itemId),
      qty: Number(count),
      userName: userName?.trim()
    })
    if (order === undefined) return
    notify(
      order.orderStatus === 'PAYMENT_PENDING' ? `Order ${order.id} is not paid yet.` : `Order ${order.id} is paid.`
    )
    follow({ event: 'ordered', service: 'order', orderId: order.id, itemId: null })
  }
  const rows = listOf('Menu', menu, {
    empty: 'Nothing to choose from yet. The shop owner registers items.',
    draw: choice
  })
  return html`<form class="order" onSubmit=${submit} aria-label="New order">
    ${rows}
    <div class="panel fields">
      <label class="wide">Your name <input name="userName" required maxlength="255" autocomplete="name" placeholder="Kim" /></label>
      <label>How many <input name="qty" type="number" min="1" max="1000" required value=${qty.value}
        onInput=${(/** @type {{ target: HTMLInputElement }} */ { target }) => (qty.value = Number(target.value))} /></label>
      <button class="primary" aria-disabled=${underWay.value.has('POST /orders')}>
        Order${item && qty.value > 0 ? ` for ${money(item.itemPrice * qty.value)}` : ''}
      </button>
    </div>
  </form>`
}

/** @param {MenuItem} item */
function choice({ itemId, itemName, storeName, itemPrice, stockCnt, soldOut }) {
  const isFresh = fresh.value.has(`/menus/${itemId}`)
  return html`<li key=${itemId} class=${`choice${isFresh ? ' fresh' : ''}`} data-item=${itemId}><label class="row apart">
    <input type="radio" name="itemId" value=${itemId} disabled=${soldOut} checked=${chosen.value === itemId && !soldOut}
      onChange=${() => (chosen.value = itemId)} />
    <span class="what"><b>${itemName}</b> <span class="small">${storeName}</span></span>
    <span class="price">${money(itemPrice)}</span>
    <span class="left">${soldOut ? stateMark('stopped', 'sold out') : html`<span class="small">${stockCnt} left</span>`}</span>
  </label></li>`
}

/** @param {MyPage} order */
function orderRow(order) {
  const { orderId, amount, orderStatus, paymentStatus } = order
  const money_ = paymentStatus && payments[paymentStatus]
  return orderCard(myPages.path, order, {
    mark: stateMark(...(statuses[orderStatus] ?? ['unknown', orderStatus])),
    beside: `${money(amount)}${money_ && paymentStatus !== 'PAID' ? ` (${money_})` : ''} · `,
    more: html`${progress(orderStatus)}${sentences(order).map(text => html`<p class="small why">${text}</p>`)}`,
    buttons: buttons(orderId, orderStatus)
  })
}

/** How far it has come, for those who see it; the state says the same in words. @param {string} status */
function progress(status) {
  const reached = way.indexOf(status)
  if (reached < 0 && status !== 'PAYMENT_PENDING') return null
  return html`<div class="way" aria-hidden="true">
    ${way.map((name, at) => html`<i key=${name} class=${at <= reached ? 'reached' : ''} />`)}
  </div>`
}

/** @param {MyPage} order */
function sentences({ cancellation, orderStatus, reason }) {
  const ended = orderStatus === 'CANCELLED' ? (reasons[reason ?? ''] ?? reason) : null
  const rejected = orderStatus === 'REJECTED' && reason !== null ? `The shop says: ${reason}` : null
  return [cancellations[cancellation ?? ''], ended, rejected].filter(text => typeof text === 'string')
}

/** @param {number} orderId @param {string} status */
function buttons(orderId, status) {
  const about = `order ${orderId}`
  const [pay, cancel] = [`POST /orders/${orderId}/payment`, `DELETE /orders/${orderId}`]
  const read = () => follow({ event: '', service: 'order', orderId, itemId: null })
  const canPay = status === 'PAYMENT_PENDING'
  if (final.includes(status)) return null
  return html`
    ${canPay && button({ words: 'Pay', about, busy: pay, kind: 'primary', onClick: () => act('POST', `/orders/${orderId}/payment`).then(read) })}
    ${button({ words: 'Cancel', about, busy: cancel, onClick: () => act('DELETE', `/orders/${orderId}`).then(read) })}
  `
}
