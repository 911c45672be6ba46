import { deliveries, find, items, menu, myPages, readAll, readRow, shopOrders } from './rows.js'

/** @typedef {{ event: string, service: string, orderId: number | null, itemId: number | null }} Change */

// A service hears of an event when the page does, so its row may change a moment later. What is busy takes longer.
const readAfterMs = [40, 400, 1_500, 5_000]
const tickMs = 150
const mostAtOnce = 12

/** What to read again, and when: `order/7` → the times. @type {Map<string, number[]>} */
const due = new Map()
let ticking = false

/** Reads again what an event is about, as soon as the services that hear of it have done their part. @param {Change} change */
export function follow({ event, orderId, itemId }) {
  if (itemId !== null) plan(`item/${itemId}`)
  if (orderId === null) return
  plan(`order/${orderId}`)
  if (event === 'stock_reserved' || find(shopOrders, orderId) !== undefined) plan(`shop/${orderId}`)
  if (event === 'decorated' || find(deliveries, orderId) !== undefined) plan(`delivery/${orderId}`)
}

/** @param {string} what */
function plan(what) {
  const now = Date.now()
  due.set(
    what,
    readAfterMs.map(ms => now + ms)
  )
  if (ticking) return
  ticking = true
  setTimeout(() => void tick(), readAfterMs[0])
}

async function tick() {
  const now = Date.now()
  const names = [...due].filter(([, [next = 0]]) => next <= now).map(([name]) => name)
  for (const name of names) {
    const rest = (due.get(name) ?? []).filter(at => at > now)
    if (rest.length === 0) due.delete(name)
    else due.set(name, rest)
  }
  // However much happens, the page asks only so often.
  if (names.length > mostAtOnce) await readAll()
  else await Promise.all(names.map(readOne))
  ticking = due.size > 0
  if (ticking) setTimeout(() => void tick(), tickMs)
}

/** @param {string} name */
async function readOne(name) {
  const [kind, text] = name.split('/')
  const id = Number(text)
  if (kind === 'shop') return readRow(shopOrders, id)
  if (kind === 'delivery') return readRow(deliveries, id)
  if (kind === 'item') return Promise.all([readRow(items, id), readRow(menu, id)])
  await readRow(myPages, id)
  const { itemId } = find(myPages, id) ?? {}
  // Stock goes with each order, and may come back.
  if (itemId !== undefined) await Promise.all([readRow(items, itemId), readRow(menu, itemId)])
}
