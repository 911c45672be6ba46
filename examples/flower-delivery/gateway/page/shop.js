import { signal } from '@preact/signals'
import { html } from 'htm/preact'
import { act, underWay } from './act.js'
import { follow } from './changes.js'
import { notify } from './notices.js'
import { button, column, listOf, money, orderCard, stateMark, submitted } from './parts.js'
import { fresh, items, shopOrders, show } from './rows.js'

/**
 * @import { Item, ShopOrder } from './rows.js'
 * @import { State } from './parts.js'
 */

/** @type {Record<string, readonly [State, string]>} */
const statuses = {
  WAITING: ['slow', 'new'],
  RECEIVED: ['pending', 'to decorate'],
  DECORATED: ['ok', 'decorated'],
  REJECTED: ['stopped', 'rejected'],
  CANCELLED: ['unknown', 'cancelled']
}

/** The order that is being rejected, until its reason is given. */
const rejecting = signal(/** @type {number | undefined} */ (undefined))

export function Shop() {
  return column(
    { id: 'shop', title: 'Shop owner', about: 'keeps the stock, decorates, or has to say no', scope: 'shop' },
    html`
    ${listOf('Orders', shopOrders, { empty: 'No order yet. Paid orders whose flowers are in stock come here.', draw: orderRow })}
    ${listOf('Items', items, { empty: 'No item yet. Register the first below.', draw: itemRow })}
    <${Register} />
  `
  )
}

/** @param {ShopOrder} order */
function orderRow(order) {
  const { orderId, ordermanagementStatus: status, reason } = order
  return orderCard(shopOrders.path, order, {
    mark: stateMark(...(statuses[status] ?? ['unknown', status])),
    more: html`
      ${reason !== null && html`<p class="small why">Because: ${reason}</p>`}
      ${rejecting.value === orderId && canReject(status) && rejection(orderId)}
    `,
    buttons: buttons(orderId, status)
  })
}

/** @param {string} status */
function canReject(status) {
  return status === 'WAITING' || status === 'RECEIVED'
}

/** @param {number} orderId @param {string} status */
function buttons(orderId, status) {
  const about = `order ${orderId}`
  const command = (/** @type {string} */ words, /** @type {string} */ name) => {
    const path = `/ordermanagements/${name}/${orderId}`
    return button({ words, about, busy: `PUT ${path}`, kind: 'primary', onClick: () => change(orderId, name) })
  }
  const toggle = () => (rejecting.value = rejecting.value === orderId ? undefined : orderId)
  const reject = html`<button type="button" class="danger" aria-label=${`Reject … ${about}`}
    aria-expanded=${rejecting.value === orderId} onClick=${toggle}>Reject …</button>`
  if (!canReject(status)) return null
  return html`${status === 'WAITING' ? command('Receive', 'receive') : command('Decorate', 'decorate')}${reject}`
}

/** @param {number} orderId */
function rejection(orderId) {
  /** @param {SubmitEvent} event */
  const submit = async event => {
    const { reason = '' } = submitted(event)
    if (await change(orderId, 'reject', { reason: reason.trim() })) rejecting.value = undefined
  }
  const focus = (/** @type {HTMLInputElement | null} */ input) => input?.focus()
  return html`<form class="fields inline" onSubmit=${submit}>
    <label class="wide">Why <input name="reason" required maxlength="255" ref=${focus} placeholder="No ribbon left" /></label>
    <button class="danger" aria-disabled=${underWay.value.has(`PUT /ordermanagements/reject/${orderId}`)}>Reject order ${orderId}</button>
  </form>`
}

/** @param {number} orderId @param {string} name @param {object} [body] */
async function change(orderId, name, body) {
  const row = await act('PUT', `/ordermanagements/${name}/${orderId}`, body)
  if (row !== undefined) show(shopOrders, row)
  follow({ event: '', service: 'shop', orderId, itemId: null })
  return row !== undefined
}

/** @param {Item} item */
function itemRow({ id, itemName, storeName, itemPrice, stockCnt }) {
  const isFresh = fresh.value.has(`/items/${id}`)
  return html`<li key=${id} class=${`choice row apart${isFresh ? ' fresh' : ''}`} data-item=${id}>
    <span class="what"><b>${itemName}</b> <span class="small">${storeName}</span></span>
    <span class="price">${money(itemPrice)}</span>
    <span class="left">${stockCnt === 0 ? stateMark('stopped', 'none left') : html`<span class="small">${stockCnt} in stock</span>`}</span>
  </li>`
}

function Register() {
  /** @param {SubmitEvent} event */
  const submit = async event => {
    const form = /** @type {HTMLFormElement} */ (event.target)
    const { itemName = '', storeName = '', itemPrice, stockCnt } = submitted(event)
    const names = { itemName: itemName.trim(), storeName: storeName.trim() }
    const item = await act('POST', '/items', { ...names, itemPrice: Number(itemPrice), stockCnt: Number(stockCnt) })
    if (item === undefined) return
    show(items, item)
    follow({ event: '', service: 'item', orderId: null, itemId: item.id })
    notify(`Item ${item.id} is registered.`)
    form.reset()
  }
  return html`<form class="panel fields" onSubmit=${submit} aria-labelledby="register-title">
    <h3 id="register-title">Register an item</h3>
    <label class="wide">Item <input name="itemName" required maxlength="255" autocomplete="off" placeholder="Roses" /></label>
    <label class="wide">Store <input name="storeName" required maxlength="255" autocomplete="organization" placeholder="KJSHOP" /></label>
    <label>Price in won <input name="itemPrice" type="number" min="1" max="1000000000" required placeholder="50000" /></label>
    <label>In stock <input name="stockCnt" type="number" min="0" max="1000000000" required placeholder="5" /></label>
    <button aria-disabled=${underWay.value.has('POST /items')}>Register</button>
  </form>`
}
