import { h } from '../lib/dom.js'

/** What to do where there is no order yet. */
export function emptyOrders(about) {
  const url = about?.names.orderServiceUrl || 'http://localhost:8080'
  return h(
    'div.empty',
    {},
    h('p', {}, 'No orders yet. Each new one appears here, with the time that it took. Place the first:'),
    h('pre', {}, `curl -X POST ${url}/order -H 'content-type: application/json' -d '{"name":"joon","quantity":95}'`)
  )
}
