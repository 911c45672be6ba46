import type { Knex } from 'knex'
import { expect, it, onTestFinished } from 'vitest'
import { eventually } from '../../support/eventually.ts'
import type { flowerPeople } from '../../support/flower.ts'
import type { TestPipeline } from '../../support/test-pipeline.ts'
import { startLatecomer } from './latecomer.ts'

type Target = {
  readonly pipeline: TestPipeline
  readonly people: ReturnType<typeof flowerPeople>
  readonly payments: Knex
}

/** A service that no other one was written for. */
export function latecomerSuite(target: () => Target): void {
  it('lets a service that is added afterwards build itself from all earlier events, with no change elsewhere', async () => {
    const { pipeline, people, payments } = target()
    const pids = () => [...pipeline.services.values()].map(part => part.pid())
    const before = pids()
    const { itemId } = await people.addItem(9)
    await people.order({ itemId, qty: 2 })
    const latecomer = await startLatecomer(pipeline.stack)
    onTestFinished(() => latecomer.stop())
    const inPayments = async () =>
      (await payments('paid_payment').join('payment', 'payment.order_id', 'paid_payment.order_id')).reduce(
        addUp,
        new Map<number, number>()
      )
    const sold = async () => new Map((await latecomer.sold()).map(({ item_id, qty }) => [item_id, qty]))
    await eventually(async () => expect(await sold()).toEqual(await inPayments()))
    // From now on it hears of each order as it is paid.
    await people.order({ itemId, qty: 3 })
    await eventually(async () => expect((await sold()).get(itemId)).toBe(5))
    expect(pids()).toEqual(before)
  })
}

const addUp = (sum: Map<number, number>, { item_id, qty }: { readonly item_id: number; readonly qty: number }) =>
  sum.set(item_id, (sum.get(item_id) ?? 0) + qty)
