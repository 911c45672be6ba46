import { signal } from '@preact/signals'
import { ask, Refusal } from './api.js'
import { may } from './caller.js'

/**
 * @import { Signal } from '@preact/signals'
 * @import { Scope } from './caller.js'
 * @typedef {{ itemId: number, itemName: string, storeName: string, itemPrice: number, stockCnt: number, soldOut: boolean }} MenuItem
 * @typedef {{ id: number, itemName: string, storeName: string, itemPrice: number, stockCnt: number }} Item
 * @typedef {{ orderId: number, itemId: number, itemName: string, storeName: string, userName: string, qty: number }} Ordered
 * @typedef {Ordered & { amount: number, orderStatus: string, paymentStatus: string | null, deliveryStatus: string | null,
 *   cancellation: string | null, reason: string | null }} MyPage
 * @typedef {Ordered & { ordermanagementStatus: string, reason: string | null }} ShopOrder
 * @typedef {Ordered & { deliveryStatus: string }} Delivery
 */

/**
 * The newest rows of a service, as they were read last; `failure` says why they are old.
 * @template Row
 * @typedef {{ path: string, scope: Scope | null, idOf: (row: Row) => number, rows: Signal<readonly Row[] | undefined>, failure: Signal<string | undefined> }} List
 */

const most = 50

/**
 * @template Row
 * @param {string} path
 * @param {Extract<keyof Row, string>} key
 * @param {Scope | null} scope that reading it needs
 * @returns {List<Row>}
 */
function list(path, key, scope) {
  return {
    path,
    scope,
    idOf: row => Number(row[key]),
    rows: signal(/** @type {readonly Row[] | undefined} */ (undefined)),
    failure: signal(/** @type {string | undefined} */ (undefined))
  }
}

/** @type {List<MenuItem>} */
export const menu = list('/menus', 'itemId', null)
/** @type {List<MyPage>} */
export const myPages = list('/myPages', 'orderId', 'orders')
/** @type {List<Item>} */
export const items = list('/items', 'id', 'shop')
/** @type {List<ShopOrder>} */
export const shopOrders = list('/ordermanagements', 'orderId', 'shop')
/** @type {List<Delivery>} */
export const deliveries = list('/deliveries', 'orderId', 'deliveries')

/** @type {readonly (readonly [List<any>, sort: string])[]} */
const all = [
  [menu, 'itemId'],
  [myPages, 'orderId'],
  [items, 'id'],
  [shopOrders, 'orderId'],
  [deliveries, 'orderId']
]

/** Rows that have changed a moment ago, as `path/id`. */
export const fresh = signal(/** @type {ReadonlySet<string>} */ (new Set()))
const freshMs = 1_600

/** Reads all lists that who is logged in may read; true if each service has answered. */
export async function readAll() {
  const answered = await Promise.all(all.filter(([{ scope }]) => may(scope)).map(readList))
  return answered.every(Boolean)
}

/** For the next who logs in. */
export function forgetAll() {
  for (const [{ rows, failure }] of all) rows.value = failure.value = undefined
}

/** @param {readonly [List<any>, sort: string]} which */
async function readList([list, sort]) {
  try {
    const { items: rows } = await ask(`${list.path}?size=${most}&sort=${sort},desc`)
    list.rows.value = rows
    list.failure.value = undefined
    return true
  } catch (error) {
    // That the gateway is away stands on top of the page.
    if (error instanceof Refusal && error.status > 0) list.failure.value = error.message
    return false
  }
}

/** Reads one row again. One that isn't there yet, or can't be read, stays as it is. @param {List<any>} list @param {number} id */
export async function readRow(list, id) {
  if (!may(list.scope)) return true
  try {
    show(list, await ask(`${list.path}/${id}`))
    return true
  } catch (error) {
    return error instanceof Refusal && error.status === 404
  }
}

/** Puts a row in its place, newest first. @template Row @param {List<Row>} list @param {Row} row */
export function show({ path, idOf, rows }, row) {
  const id = idOf(row)
  const before = rows.value ?? []
  const known = before.find(one => idOf(one) === id)
  if (known !== undefined && JSON.stringify(known) === JSON.stringify(row)) return
  const others = before.filter(one => idOf(one) !== id)
  rows.value = [...others, row].sort((a, b) => idOf(b) - idOf(a)).slice(0, most)
  mark(`${path}/${id}`)
}

/** @param {List<any>} list @param {number} id */
export function find({ idOf, rows }, id) {
  return rows.value?.find(row => idOf(row) === id)
}

/** @param {string} name */
function mark(name) {
  fresh.value = new Set([...fresh.value, name])
  setTimeout(() => (fresh.value = new Set([...fresh.value].filter(one => one !== name))), freshMs)
}
