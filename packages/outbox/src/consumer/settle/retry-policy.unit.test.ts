import { describe, expect, it } from 'vitest'
import { silent } from '../../../test/counted.ts'
import { OutboxError } from '../../errors.ts'
import { usualRetry } from './handling.ts'
import { delayBefore, faultOf, retryWhilePassing } from './retry-policy.ts'

const coded = (code: string, cause?: unknown) => Object.assign(new Error(code, { cause }), { code })

describe('faultOf', () => {
  it('calls a database error passing that time or a person fixes, also as a cause', () => {
    for (const code of [
      'ER_LOCK_DEADLOCK',
      'ER_LOCK_WAIT_TIMEOUT',
      'ECONNREFUSED',
      'PROTOCOL_CONNECTION_LOST',
      '40P01'
    ])
      expect(faultOf(coded(code)), code).toBe('passing')
    for (const code of [
      'ER_OPTION_PREVENTS_STATEMENT',
      'ER_NO_SUCH_TABLE',
      'ER_RECORD_FILE_FULL',
      '53100',
      '25006',
      '08006'
    ])
      expect(faultOf(coded(code)), code).toBe('passing')
    expect(faultOf(new OutboxError('WRITE_FAILED', 'x', { cause: coded('ER_LOCK_DEADLOCK') }))).toBe('passing')
    expect(faultOf(new OutboxError('STORE_MISMATCH', 'no table outbox'))).toBe('passing')
    expect(faultOf(new OutboxError('BINLOG_UNFIT', 'sql_log_bin=OFF'))).toBe('passing')
    const wrapped = Object.assign(new Error('mine', { cause: new Error('y', { cause: coded('ECONNRESET') }) }), {
      retryable: false
    })
    expect(faultOf(wrapped)).toBe('passing')
  })

  it('follows an error that says whether it is retryable, and calls any other unclear', () => {
    expect(faultOf(Object.assign(new Error('busy'), { retryable: true }))).toBe('passing')
    expect(faultOf(new OutboxError('EVENT_REFUSED', 'no'))).toBe('final')
    for (const error of [new TypeError('x'), coded('ER_DUP_ENTRY'), 'text', undefined])
      expect(faultOf(error)).toBe('unclear')
  })
})

describe('retryWhilePassing', () => {
  const retry = { firstDelayMs: 1, maxDelayMs: 2, attempts: 1 }

  it('retries until the work succeeds or fails for a reason that does not pass', async () => {
    let calls = 0
    const work = async () => {
      if (++calls < 20) throw coded('ECONNREFUSED')
      if (calls < 21) throw new TypeError('mine')
    }
    const warned: string[] = []
    const logger = { ...silent, warn: (_fields: object, message: string) => void warned.push(message) }
    await expect(
      retryWhilePassing({ retry, logger, observe: {} }, { task: 'test', signal: new AbortController().signal }, work)
    ).rejects.toThrow('mine')
    expect(calls).toBe(20)
    expect(warned).toEqual(['cannot test now; will retry'])
  })

  it('ends during a pause when its signal aborts', async () => {
    const ending = new AbortController()
    const endless = { ...retry, firstDelayMs: 1e6, maxDelayMs: 1e6 }
    const observe = { retrying: () => queueMicrotask(() => ending.abort()) }
    const task = { task: 'test', signal: ending.signal }
    const trying = retryWhilePassing({ retry: endless, logger: silent, observe }, task, () =>
      Promise.reject(coded('ECONNREFUSED'))
    )
    await expect(trying).rejects.toMatchObject({ name: 'AbortError' })
  })
})

it('doubles its pauses up to a maximum, with jitter', () => {
  const delays = [1, 2, 3, 60, 5_000].map(attempt => delayBefore(attempt, usualRetry))
  const full = [50, 100, 200, 10_000, 10_000]
  delays.forEach((delay, index) => {
    expect(delay).toBeGreaterThanOrEqual(full[index]! / 2)
    expect(delay).toBeLessThanOrEqual(full[index]!)
  })
})
