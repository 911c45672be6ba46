import { act } from './act.js'
import { follow } from './changes.js'
import { button, column, listOf, orderCard, stateMark } from './parts.js'
import { deliveries, show } from './rows.js'

/**
 * @import { Delivery } from './rows.js'
 * @import { State } from './parts.js'
 */

/** @type {Record<string, readonly [State, string]>} */
const statuses = {
  REQUESTED: ['slow', 'to fetch'],
  DEPARTED: ['pending', 'on its way'],
  COMPLETED: ['ok', 'brought'],
  CANCELLED: ['unknown', 'cancelled']
}

/** What a rider can do next. @type {Record<string, readonly [words: string, name: string]>} */
const next = { REQUESTED: ['Depart', 'depart'], DEPARTED: ['Complete', 'complete'] }

export function Rider() {
  const empty = 'Nothing to bring yet. What the shop has decorated comes here.'
  const lists = listOf('Deliveries', deliveries, { empty, draw: deliveryRow })
  return column(
    { id: 'rider', title: 'Rider', about: 'fetches what is decorated, and brings it', scope: 'deliveries' },
    lists
  )
}

/** @param {Delivery} delivery */
function deliveryRow(delivery) {
  const { orderId, deliveryStatus: status } = delivery
  const [words, name] = next[status] ?? []
  const path = `/deliveries/${name}/${orderId}`
  const onClick = async () => {
    const row = await act('PUT', path)
    if (row !== undefined) show(deliveries, row)
    follow({ event: '', service: 'delivery', orderId, itemId: null })
  }
  return orderCard(deliveries.path, delivery, {
    mark: stateMark(...(statuses[status] ?? ['unknown', status])),
    buttons:
      words !== undefined && button({ words, about: `order ${orderId}`, busy: `PUT ${path}`, kind: 'primary', onClick })
  })
}
