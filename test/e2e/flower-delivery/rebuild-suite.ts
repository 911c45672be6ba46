import { setTimeout as sleep } from 'node:timers/promises'
import type { Knex } from 'knex'
import { expect, it, onTestFinished } from 'vitest'
import type { flowerPeople } from '../../support/flower.ts'
import { runScript } from '../../support/run-script.ts'
import type { TestPipeline } from '../../support/test-pipeline.ts'

type Target = {
  readonly pipeline: TestPipeline
  readonly people: ReturnType<typeof flowerPeople>
  readonly orders: Knex
}

const madeUp = 999_999_999

/** A damaged view, rebuilt by the command while everything runs. */
export function rebuildSuite(target: () => Target): void {
  it('rebuilds MyPage while it is read and orders come in, and says which rows were damaged', async () => {
    const { people, orders } = target()
    const { itemId } = await people.addItem(500)
    const [changed, deleted] = [await people.order({ itemId }), await people.order({ itemId })]
    for (const id of [changed, deleted]) await people.isListed('shop', id)
    await orders('my_page').where({ order_id: changed }).update({ user_name: 'Mallory' })
    await orders('my_page').where({ order_id: deleted }).delete()
    await orders('my_page').insert({ order_id: madeUp, user_name: 'Mallory' })

    const traffic = startTraffic(itemId)
    const { code, said } = await rebuild('my_page', '--swap', '--drop-missing')
    const { placed, reads, failures } = await traffic.end()

    const report = [
      'in both tables, with other values',
      `order_id ${changed}\\b`,
      'user_name: "Mallory" live, "Kim" rebuilt',
      'in the live table alone',
      `order_id ${madeUp}`,
      'in the rebuilt table alone',
      `order_id ${deleted}\\b`,
      'Swapped: my_page is the rebuilt table now'
    ]
    expect(said).toMatch(new RegExp(report.join('[^]*')))
    expect(code).toBe(0)
    expect(failures).toEqual([])
    expect(reads).toBeGreaterThan(20)
    expect(placed.length).toBeGreaterThan(2)
    for (const id of [changed, deleted, ...placed]) {
      await people.isPaid(id)
      const { amount, userName } = (await people.ask('payment', `/payments/${id}`)).body
      await people.becomes(id, { orderStatus: 'PAID', paymentStatus: 'PAID', amount, userName })
    }
    expect(await orders('my_page').where({ order_id: madeUp })).toEqual([])
  })

  async function rebuild(...args: readonly string[]) {
    const script = runScript('scripts/rebuild.ts', target().pipeline.settings, ['flower-delivery', 'order', ...args])
    const code = await script.ended(300_000)
    return { code, said: script.output() }
  }

  /** Reads the views all the time, and orders an item again and again. */
  function startTraffic(itemId: number) {
    const { people } = target()
    const ended = new AbortController()
    onTestFinished(() => ended.abort())
    const [placed, failures]: [number[], string[]] = [[], []]
    let reads = 0
    const read = async (path: string) => {
      while (!ended.signal.aborted) {
        await people.ask('order', path).then(
          ({ status, text }) => status === 200 || failures.push(`${path}: ${status} ${text}`),
          error => failures.push(`${path}: ${error}`)
        )
        reads++
        await sleep(20)
      }
    }
    const order = async () => {
      while (!ended.signal.aborted) {
        // Payment may be overloaded: that is not the views' fault.
        const { status, body } = await people.placeOrder({ itemId })
        if (status === 201) placed.push(body.id)
        await sleep(300)
      }
    }
    const running = [read('/myPages?sort=orderId,desc'), read('/menus?sort=itemId,desc'), order()]
    return {
      async end() {
        ended.abort()
        await Promise.all(running)
        return { placed, failures, reads }
      }
    }
  }
}
