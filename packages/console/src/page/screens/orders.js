import { get } from '../lib/api.js'
import { h } from '../lib/dom.js'
import { ago, exact, ms } from '../lib/format.js'
import { poll } from '../lib/poll.js'
import { emptyOrders } from '../parts/empty-orders.js'
import { placeOrder } from '../parts/place-order.js'
import { problem } from '../parts/problem.js'
import { stateMark } from '../parts/state-mark.js'
import { go, withQuery } from '../router.js'
import { state, update } from '../state.js'
import { drawJourney, followOrder } from './journey.js'

export const ordersScreen = {
  id: 'orders',
  href: '/orders',
  title: 'Orders',
  letter: 'o',
  keyOf: ({ path, query }) => `${path[1] ?? ''} ${query.get('before') ?? ''}`,
  enter({ place }) {
    const [, id] = place.path
    return id === undefined ? poll(signal => loadList(place.query.get('before'), signal)) : followOrder(id)
  },
  draw(now) {
    const id = now.place.path[1]
    const head = h(
      'div.screen-head',
      {},
      h('h1', {}, id === undefined ? 'Orders' : `Order ${id}`),
      search(),
      place(now)
    )
    return [head, id === undefined ? list(now) : drawJourney(now)]
  }
}

/** The newest page stays new; an older one is loaded once. */
async function loadList(before, signal) {
  try {
    const page = await get(`/api/orders${before === null ? '' : `?before=${encodeURIComponent(before)}`}`, { signal })
    update({ screen: { ...state.screen, page, error: undefined } })
  } catch (error) {
    if (!signal.aborted) update({ screen: { ...state.screen, error } })
  }
  return before === null || state.screen.error ? 1_000 : undefined
}

function search() {
  const submit = event => {
    event.preventDefault()
    const id = new FormData(event.target).get('id').trim().replace(/^#/, '')
    if (id !== '') go(`/orders/${encodeURIComponent(id)}`)
  }
  return h(
    'form.search',
    { role: 'search', onsubmit: submit },
    h('label.sr', { for: 'order-id' }, 'Order id'),
    h('input', {
      id: 'order-id',
      name: 'id',
      type: 'search',
      inputmode: 'numeric',
      placeholder: 'Follow an order by its id',
      autocomplete: 'off'
    }),
    h('button', {}, 'Follow')
  )
}

function place({ about }) {
  return about?.canPlaceOrders ? h('button.primary', { type: 'button', onclick: placeOrder }, 'Place an order') : null
}

function list({ screen, about, now }) {
  const { page, error } = screen
  if (page === undefined)
    return error === undefined
      ? h('p.loading', {}, 'Reading the orders …')
      : problem(error, 'The orders cannot be read')
  if (page.items.length === 0) return h('section.panel', {}, emptyOrders(about))
  const rows = page.items.map(order =>
    h(
      'tr',
      { 'data-key': String(order.id) },
      h('th', { scope: 'row' }, h('a', { href: `/orders/${order.id}` }, `#${order.id}`)),
      h('td', {}, order.label),
      h('td', { title: exact(order.createdAt) }, ago(order.createdAt, now)),
      h(
        'td',
        {},
        order.deliveredAt === null
          ? stateMark('unknown', 'not delivered yet')
          : stateMark('ok', `after ${ms(order.deliveredMs)}`)
      )
    )
  )
  return h(
    'section.panel',
    {},
    error === undefined ? null : problem(error, 'This list is old'),
    h(
      'div.scroll',
      { tabindex: 0, role: 'region', 'aria-label': 'Orders, newest first' },
      h(
        'table.list',
        {},
        h(
          'thead',
          {},
          h(
            'tr',
            {},
            ['Order', 'What', 'Committed', 'Delivered'].map(title => h('th', { scope: 'col' }, title))
          )
        ),
        h('tbody', {}, rows)
      )
    ),
    page.next === null ? null : h('p.more', {}, h('a', { href: withQuery({ before: page.next }) }, 'Older orders'))
  )
}
