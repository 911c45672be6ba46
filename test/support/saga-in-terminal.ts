import { execa } from 'execa'
import { expect } from 'vitest'
import { eventually } from './eventually.ts'

/** Waits until `outboxctl saga` shows an order of customers-and-orders from its creation to its approval. */
export async function showsSettledSaga(dataDir: string, order: number): Promise<void> {
  await eventually(async () => {
    const { exitCode, stdout } = await saga(dataDir, order)
    expect([exitCode, stdout]).toEqual([0, expect.stringContaining('SETTLED')])
    expect(stdout).toMatch(
      /^MS +order-service +customer-service +AT .*\n.* order_created [^]*customer_credit_reserved [^]*order_approved /
    )
  })
}

/** Waits until `outboxctl saga` says that customer-service owes the answer to an order. */
export async function showsMissingAnswer(dataDir: string, order: number): Promise<void> {
  const answers = 'customer_credit_reserved, customer_credit_limit_exceeded or customer_validation_failed'
  const sentence = `✗ customer-service has not sent ${answers} for \\d+ s after order_created of order ${order}$`
  await eventually(async () => {
    const { exitCode, stdout } = await saga(dataDir, order)
    expect([exitCode, stdout]).toEqual([1, expect.stringMatching(new RegExp(sentence))])
  })
}

/** Runs `outboxctl saga` with the addresses that the starter wrote. */
const saga = (dataDir: string, order: number) =>
  execa('node', ['packages/outbox/bin/outboxctl.mjs', 'saga', `order:${order}`], {
    env: { DATA_DIR: dataDir },
    reject: false
  })
