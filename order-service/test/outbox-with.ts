import type { BoundStatement, OneTripOutbox } from '@outbox-cdc/outbox/one-trip'
import { createOneTripOutbox } from '@outbox-cdc/service-kit'
import { onTestFinished } from 'vitest'

/** The service's outbox, which also runs `statement` in each transaction, before the event, until the test ends. */
export function outboxWith(url: string, statement: BoundStatement): OneTripOutbox {
  const outbox = createOneTripOutbox({ url, name: 'order-service' })
  onTestFinished(outbox.close)
  return {
    ...outbox,
    commit: (statements, events) => outbox.commit([...[statements].flat(), statement], events)
  }
}
