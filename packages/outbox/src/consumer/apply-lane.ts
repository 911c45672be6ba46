import { setTimeout as sleep } from 'node:timers/promises'
import type { ConsumerSetup } from './consumer-setup.ts'
import type { Prepared } from './prepare.ts'
import { delayBefore, faultOf, whilePassing } from './retry-policy.ts'
import { settle } from './settle.ts'

/**
 * Settles records of some keys in their order; returns when all are handled or parked. Many in one transaction as long
 * as all goes well, one by one when something fails. Rejects only when `signal` ends it.
 */
export async function applyLane(setup: ConsumerSetup, items: readonly Prepared[], signal: AbortSignal): Promise<void> {
  for (let start = 0; start < items.length; start += setup.batchSize)
    await applyChunk(setup, items.slice(start, start + setup.batchSize), signal)
}

async function applyChunk(setup: ConsumerSetup, chunk: readonly Prepared[], signal: AbortSignal): Promise<void> {
  const [only, ...others] = chunk
  if (only !== undefined && others.length === 0) return applyAlone(setup, only, signal)
  try {
    await patiently(setup, chunk, signal)
  } catch (error) {
    signal.throwIfAborted()
    setup.logger.warn({ err: error, events: chunk.length }, 'a batch failed: one by one now')
    for (const item of chunk) await applyAlone(setup, item, signal)
  }
}

async function applyAlone(setup: ConsumerSetup, item: Prepared, signal: AbortSignal): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await patiently(setup, [item], signal)
    } catch (cause) {
      signal.throwIfAborted()
      const error = cause instanceof Error ? cause : new Error(String(cause))
      const final = faultOf(error) === 'final'
      if (final || attempt >= setup.retry.attempts) {
        const refusal = { reason: final ? 'REFUSED' : 'HANDLER_FAILED', error } as const
        return await patiently(setup, [{ ...item, refusal }], signal)
      }
      setup.observe.retrying?.(error, attempt)
      await sleep(delayBefore(attempt, setup.retry), undefined, { signal })
    }
  }
}

function patiently(setup: ConsumerSetup, items: readonly Prepared[], signal: AbortSignal): Promise<void> {
  const onRetry = (error: unknown, attempt: number) => {
    setup.observe.retrying?.(error, attempt)
    setup.logger.warn({ err: error, attempt, events: items.length }, 'cannot apply events now, trying again')
  }
  const around = setup.around ?? ((_, work) => work())
  return whilePassing(() => around(items, () => settle(setup, items)), { times: setup.retry, signal, onRetry })
}
