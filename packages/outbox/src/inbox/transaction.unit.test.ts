import type { Knex } from 'knex'
import { expect, it } from 'vitest'
import { runTransaction } from './transaction.ts'

it('rejects with the loss of the connection when BEGIN fails, not with what the work then fails of', async () => {
  const lost = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' })
  // As knex does: it swallows the error of BEGIN, runs the work with a transaction that has ended, and rejects.
  const transaction = async (work: (trx: unknown) => Promise<void>) => {
    await work({ on() {} }).catch(() => undefined)
    throw lost
  }
  const work = async () => Promise.reject(new Error('Transaction query already complete'))
  await expect(runTransaction({ transaction } as unknown as Knex, work)).rejects.toBe(lost)
})

it('rejects as its work does', async () => {
  const refused = new Error('refused')
  const transaction = async (work: (trx: unknown) => Promise<void>) => work({ on() {} })
  const work = async () => Promise.reject(refused)
  await expect(runTransaction({ transaction } as unknown as Knex, work)).rejects.toBe(refused)
})
