import { BulkheadRejectedError, bulkhead } from 'cockatiel'
import { full } from './reservations.ts'

export type InFlightLimit = <T>(work: () => Promise<T>) => Promise<T>

/** Lets so much work run at the same time. More of it fails at once: a queue would only make its callers wait. */
export function createInFlightLimit(most: number | undefined): InFlightLimit {
  if (most === undefined) return work => work()
  const policy = bulkhead(most, 0)
  return async work => {
    try {
      return await policy.execute(work)
    } catch (error) {
      throw error instanceof BulkheadRejectedError ? full(most) : error
    }
  }
}
