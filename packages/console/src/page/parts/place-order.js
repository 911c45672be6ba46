import { html } from 'htm/preact'
import { act } from '../api.js'
import { errorOf } from '../load.js'
import { addressOf, go } from '../place.js'
import { about } from '../signals.js'
import { notify } from './notices.js'

const names = ['joon', 'mina', 'theo', 'aiko', 'sam', 'lena', 'omar', 'ines']

/** A button that places an order as any client does, through the order service, and follows it. */
export function placeOrderButton() {
  if (!about.value?.canPlaceOrders) return null
  return html`<button class="primary" type="button" onClick=${placeOrder}>Place an order</button>`
}

async function placeOrder() {
  const name = names[Math.floor(Math.random() * names.length)]
  const quantity = 1 + Math.floor(Math.random() * 99)
  try {
    const { id } = await act('/api/orders', { name, quantity })
    go(addressOf('orders', id))
  } catch (error) {
    notify(`The order was not placed: ${errorOf(error).message}`, 'stopped')
  }
}

/** What to do where there is no order yet. */
export function emptyOrders() {
  const url = about.value?.names['orderServiceUrl']
  if (!url) return html`<p class="muted empty">Nothing yet. Each new row appears here, with the time that it took.</p>`
  return html`<div class="empty">
    <p class="muted">No orders yet. Each new one appears here, with the time that it took. Place the first:</p>
    <pre>curl -X POST ${url}/order -H 'content-type: application/json' -d '{"name":"joon","quantity":95}'</pre>
  </div>`
}
