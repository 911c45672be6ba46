import { deepStrictEqual, rejects } from 'node:assert/strict'
import { z } from 'zod'
import { createOutbox, type Outbox, requireOutboxTable } from '../append-to-outbox.ts'
import { defineEvent } from '../define-event.ts'
import type { AnyTransaction } from '../transactions/open-transaction.ts'

/** A library's transactions under test, on a database whose outbox `createOutboxTables` made for integer ids. */
export type TransactionsUnderTest = {
  /** What writes the events; by default the one of `appendToOutbox`. */
  readonly outbox?: Outbox | undefined
  /** Runs `work` in a transaction of the library: commits when it resolves, and rolls back when it rejects. */
  readonly transaction: (work: (trx: AnyTransaction, run: RunSql) => Promise<void>) => Promise<void>
  /** The same within a savepoint of `transaction`; leave it out if the library has none. */
  readonly nested?: (
    work: (
      outer: AnyTransaction,
      inside: (work: (trx: AnyTransaction) => Promise<void>) => Promise<void>
    ) => Promise<void>
  ) => Promise<void>
  /** What `append` would get by mistake: the library's plain connection. It may throw, or give what `append` refuses. */
  readonly withoutTransaction: () => AnyTransaction | Promise<AnyTransaction>
  /** Ends the server's side of the connection that `run` uses. */
  readonly kill: (run: RunSql) => Promise<void>
  /** The aggregate ids whose events were committed since the last call, in their order. See `watchOutbox`. */
  readonly published: () => Promise<readonly number[]>
}

/** Runs one statement of the application through the library, in the same transaction. */
export type RunSql = (sql: string) => Promise<unknown>

const noted = defineEvent({ name: 'noted', aggregate: 'note', version: 1, payload: z.object({ text: z.string() }) })
const hostile = `'); DROP TABLE outbox; -- ? $1 :name \\' " \u2028 𝒳`
const note = (aggregateId: number) => noted({ aggregateId, correlationId: 'é𝒳', payload: { text: hostile } })
const standard = createOutbox()
const changedMyMind = new Error('changed my mind')
const fault = (code: string, retryable?: boolean) => (error: unknown) => {
  deepStrictEqual({ code: (error as { code?: unknown }).code }, { code })
  if (retryable !== undefined) deepStrictEqual((error as { retryable?: unknown }).retryable, retryable)
  return true
}

/** One promise of `append`, whichever library opened the transaction. `run` rejects where it is broken. */
export type ContractCase = { readonly name: string; readonly run: (subject: TransactionsUnderTest) => Promise<void> }

/**
 * What every adapter for `append` guarantees, for any test runner:
 * `for (const { name, run } of transactionContract) it(name, () => run(subject))`.
 */
export const transactionContract: readonly ContractCase[] = [
  {
    name: 'publishes with the commit, several events in their order',
    async run({ outbox = standard, transaction, published }) {
      await transaction(async trx => {
        await requireOutboxTable(trx, { store: outbox.store, aggregateId: 'integer' })
        await outbox.append(trx, [note(1), note(2), note(1)])
        await outbox.append(trx, note(3))
      })
      deepStrictEqual(await published(), [1, 2, 1, 3])
    }
  },
  {
    name: 'publishes nothing of a transaction that rolls back',
    async run({ outbox = standard, transaction, published }) {
      const undone = transaction(async trx => {
        await outbox.append(trx, note(4))
        throw changedMyMind
      })
      await rejects(undone)
      deepStrictEqual(await published(), [])
    }
  },
  {
    name: 'undoes with a savepoint what was appended since',
    async run({ outbox = standard, nested, published }) {
      if (nested === undefined) return
      await nested(async (outer, inside) => {
        await outbox.append(outer, note(6))
        const undone = inside(async trx => {
          await outbox.append(trx, note(7))
          throw changedMyMind
        })
        await rejects(undone)
        await outbox.append(outer, note(8))
      })
      deepStrictEqual(await published(), [6, 8])
    }
  },
  {
    name: 'refuses a connection without a transaction, and publishes nothing',
    async run({ outbox = standard, withoutTransaction, published }) {
      await rejects(async () => outbox.append(await withoutTransaction(), note(9)), fault('TRANSACTION_REQUIRED'))
      deepStrictEqual(await published(), [])
    }
  },
  {
    name: 'refuses a transaction that has ended',
    async run({ outbox = standard, transaction, published }) {
      let ended: AnyTransaction | undefined
      await transaction(async trx => {
        await outbox.append(trx, note(10))
        ended = trx
      })
      deepStrictEqual(await published(), [10])
      await rejects(async () => outbox.append(ended as AnyTransaction, note(11)))
      deepStrictEqual(await published(), [])
    }
  },
  {
    name: 'rejects with a retryable error when the connection dies, and publishes nothing',
    async run({ outbox = standard, transaction, kill, published }) {
      let failed: Promise<void> | undefined
      const killed = transaction(async (trx, run) => {
        await outbox.append(trx, note(12))
        await kill(run)
        failed = outbox.append(trx, note(13))
        await failed
      })
      await rejects(killed)
      await rejects(failed ?? Promise.resolve(), fault('WRITE_FAILED', true))
      deepStrictEqual(await published(), [])
    }
  }
]
