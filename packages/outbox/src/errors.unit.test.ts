import { describe, expect, it } from 'vitest'
import { isRetryable, OutboxError } from './errors.ts'

const failure = (fields: object, cause?: unknown) => Object.assign(new Error('failed', { cause }), fields)

describe('isRetryable', () => {
  it.each([
    ['a MySQL deadlock', failure({ code: 'ER_LOCK_DEADLOCK' })],
    ['a full lock table, for which InnoDB rolls everything back', failure({ code: 'ER_LOCK_TABLE_FULL' })],
    ['a PostgreSQL deadlock', failure({ code: '40P01' })],
    ['a PostgreSQL connection failure', failure({ code: '08006' })],
    ['a refused connection', failure({ code: 'ECONNREFUSED' })],
    ['an exhausted pool', failure({ name: 'KnexTimeoutError' })],
    ['a connection that mysql2 lost', failure({ fatal: true })],
    ['a connection that pg lost', new Error('Connection terminated unexpectedly')],
    ['the next query on it', new Error('Client has encountered a connection error and is not queryable')],
    ['a query on a connection that pg closed', new Error('Client was closed and is not queryable')],
    ["pg's timeout of a query", new Error('Query read timeout')],
    ["pg's timeout of a pool", new Error('timeout exceeded when trying to connect')],
    ['any of them as a cause', failure({}, failure({}, failure({ code: 'ER_LOCK_WAIT_TIMEOUT' })))]
  ])('is true for %s', (_, error) => {
    expect(isRetryable(error)).toBe(true)
    expect(new OutboxError('WRITE_FAILED', 'not written', { cause: error }).retryable).toBe(true)
  })

  it.each([
    ['a duplicate key', failure({ code: 'ER_DUP_ENTRY' })],
    ['a wrong password', failure({ code: 'ER_ACCESS_DENIED_ERROR', fatal: true })],
    ['a bug of the caller', new TypeError('undefined is not a function')],
    ['something that is not an error', 'ECONNREFUSED'],
    [
      'an error that sets it itself, whatever its cause is',
      new OutboxError('COMMIT_UNKNOWN', 'lost', { cause: failure({ code: 'ECONNRESET' }), retryable: false })
    ]
  ])('is false for %s', (_, error) => {
    expect(isRetryable(error)).toBe(false)
  })
})
