import { setTimeout as sleep } from 'node:timers/promises'
import { type Difference, rebuildView, type View } from '@outbox-cdc/outbox'
import { eventually } from '@outbox-cdc/test-support/eventually'
import { expect, it, onTestFinished } from 'vitest'
import { menuView } from '../order/menu/view.ts'
import { myPageView } from '../order/my-page/view.ts'
import { group } from '../order/service.ts'
import { startOrder } from './start-order.ts'

const silent = { debug() {}, info() {}, warn() {}, error() {} }
const item = { itemName: '장미 한 다발', storeName: 'KJSHOP', itemPrice: 50_000 }
const ordered = { ...item, itemId: 1, userName: '이기정', qty: 3, amount: 150_000 }

/** The service order with 20 orders in MyPage and as many items on the menu. */
async function startWithViews() {
  const system = await startOrder()
  onTestFinished(() => system.stop())
  const order = await system.replica()
  let last = 0
  const publish = (aggregateId = ++last) => {
    system.happen('item', 'item_registered', { aggregateId, aggregateVersion: 1, payload: { ...item, stockCnt: 5 } })
    system.happen('order', 'ordered', { aggregateId, payload: ordered })
  }
  /** Both views show every item and every order, and nothing else. */
  const allAreShown = () =>
    eventually(async () => {
      const [menu, pages] = [await order.read('/menus?size=200'), await order.read('/myPages?size=200')]
      const ids = Array.from({ length: last }, (_, n) => n + 1)
      expect(menu.body.items).toEqual(ids.map(itemId => expect.objectContaining({ ...item, itemId, stockCnt: 5 })))
      expect(pages.body.items).toEqual(ids.map(orderId => expect.objectContaining({ ...ordered, orderId })))
    })
  for (let n = 0; n < 20; n++) publish()
  await allAreShown()
  const rebuild = (view: View) =>
    rebuildView({ view, db: system.db, kafka: system.kafka(), group, logger: silent, swap: true, dropMissing: true })
  return { db: system.db, order, publish, allAreShown, rebuild, last: () => last }
}

const named = (differences: readonly Difference[]) =>
  differences.map(({ kind, key }) => `${kind} ${Number(Object.values(key)[0])}`).toSorted()

it('rebuilds MyPage and Menu while both are read and events come, and says exactly which rows were damaged', async () => {
  const { db, order, publish, allAreShown, rebuild, last } = await startWithViews()
  await db('my_page').where({ order_id: 7 }).update({ user_name: '최유령' })
  await db('my_page').where({ order_id: 8 }).delete()
  await db('my_page').insert({ order_id: 999, user_name: '최유령' })
  await db('menu_item').where({ item_id: 5 }).update({ stock_cnt: 500 })
  await db('menu_item').where({ item_id: 6 }).delete()
  await db('menu_item').insert({ item_id: 999, item_price: 1, stock_cnt: 1, version: 1 })

  let busy = true
  const failures: string[] = []
  const read = async (path: string) => {
    let reads = 0
    for (; busy; reads++) {
      const { status, text } = await order.read(path)
      await sleep(5)
      if (status !== 200) failures.push(`${path}: ${status} ${text}`)
    }
    return reads
  }
  const write = async () => {
    for (let n = 0; n < 100 && busy; n++) await sleep(20).then(() => publish())
  }
  const traffic = [read('/myPages?sort=orderId,desc'), read('/myPages/1'), read('/menus?sort=itemId,desc'), write()]
  const rebuilt = await Promise.all([rebuild(myPageView), rebuild(menuView)]).finally(() => (busy = false))
  const reads = await Promise.all(traffic)

  expect(failures).toEqual([])
  expect(reads.slice(0, 3).every(each => Number(each) > 0)).toBe(true)
  expect(rebuilt.map(({ swapped }) => swapped)).toEqual([true, true])
  expect(rebuilt.map(({ differences }) => named(differences))).toEqual([
    ['added 8', 'changed 7', 'missing 999'],
    ['added 6', 'changed 5', 'missing 999']
  ])
  expect(last()).toBeGreaterThan(20)
  publish()
  await allAreShown()
  expect(await db('my_page').where({ order_id: 999 })).toEqual([])
  expect(await db('menu_item').where({ item_id: 999 })).toEqual([])
})
