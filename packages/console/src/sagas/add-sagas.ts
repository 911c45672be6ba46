import type { FlowSagas } from '../api/saga-schemas.ts'
import type { Flow } from '../api/pipeline-schemas.ts'
import { number } from '../page/format.js'
import { showStuck } from './show-sagas.ts'
import type { SagaWatch } from './watch-sagas.ts'

const mostListed = 5

/** What the picture of the flow says of the sagas. */
export function summarizeSagas({ index }: Pick<SagaWatch, 'index'>, now: number): FlowSagas {
  const { stuck, open } = index.counts(now)
  return { stuck, open, oldest: index.stuck(now, mostListed).map(saga => showStuck(saga, now)) }
}

/** The picture with the sagas. A stuck one is said on top, unless something has stopped: that may be its cause. */
export function addSagas(flow: Flow, sagas: FlowSagas | null): Flow {
  const [first] = sagas?.oldest ?? []
  if (sagas === null || first === undefined || flow.headline.state === 'stopped') return { ...flow, sagas }
  const words = sagas.stuck === 1 ? '1 saga is stuck' : `${number(sagas.stuck)} sagas are stuck`
  const text = `${words}: ${first.missing[0]}.`
  const nothing = { advice: null, hop: null, part: null }
  return {
    ...flow,
    sagas,
    headline: { ...flow.headline, ...nothing, state: 'slow', text, see: '/sagas', since: first.since }
  }
}
