import { notFound } from '@outbox-cdc/service-kit'
import type { RequestHandler } from 'express'
import { z } from 'zod'
import { sagaList, shownSaga } from '../api/saga-schemas.ts'
import type { RecordReader } from '../kafka/record-reader.ts'
import { time } from '../kafka/topic-inputs.ts'
import { createSagaMetrics } from '../sagas/saga-metrics.ts'
import { searchSagas } from '../sagas/search-sagas.ts'
import { showSaga, showSagas, showTopics } from '../sagas/show-sagas.ts'
import type { SagaWatch } from '../sagas/watch-sagas.ts'
import { withRests } from '../sagas/with-rests.ts'
import { configured } from './problems.ts'
import { get, type Route } from './route.ts'

const name = z.string().min(1).max(255)
const need = 'SAGA_MAP, the file of a saga map (docs/monitoring.md),'

function bothOrNeither({ aggregate, id }: { aggregate?: string | undefined; id?: string | undefined }): boolean {
  return (aggregate === undefined) === (id === undefined)
}

export function sagaRoutes(sagas: SagaWatch | undefined): readonly Route[] {
  const newest = sagas && withRests(() => showSagas(sagas))
  return [
    get('/api/sagas', 'The sagas that are stuck, and the newest', {
      answer: sagaList,
      handle: () => configured(newest, need)()
    }),
    get('/api/sagas/{aggregate}/{id}', 'The sagas of an aggregate, oldest first', {
      input: z.object({ aggregate: name, id: name }),
      answer: sagaList,
      handle: of => showSagas(configured(sagas, need), of)
    }),
    get('/api/sagas/{correlationId}', 'One saga: its events by cause, and what must follow them', {
      input: z.object({ correlationId: name }),
      answer: shownSaga,
      handle({ correlationId }) {
        const watch = configured(sagas, need)
        const saga = watch.index.saga(correlationId, Date.now())
        if (saga === undefined) throw notFound(`No event with this correlation id was read since the console started`)
        return showSaga(saga, showTopics(watch))
      }
    })
  ]
}

export const sagaSearchInput = z
  .object({
    correlationId: name.optional(),
    aggregate: name.optional(),
    id: name.optional(),
    before: time.optional()
  })
  .refine(asked => bothOrNeither(asked) && (asked.correlationId === undefined) !== (asked.id === undefined), {
    error: 'needs correlationId, or aggregate and id'
  })

/** Looks through the topics for sagas that the index doesn't have. */
export function sagaSearch(sagas: SagaWatch | undefined, reader: RecordReader) {
  return (
    { correlationId, aggregate = '', id = '', before }: z.output<typeof sagaSearchInput>,
    signal: AbortSignal
  ) => {
    const { map } = configured(sagas, need)
    const question = correlationId === undefined ? { aggregate, aggregateId: id } : { correlationId }
    return searchSagas(question, { reader, map, before, signal })
  }
}

export function serveSagaMetrics(sagas: SagaWatch | undefined): RequestHandler {
  const metrics = sagas && createSagaMetrics(sagas)
  return async (_, response) => {
    const registry = configured(metrics, need)
    response.type(registry.contentType).send(await registry.metrics())
  }
}
