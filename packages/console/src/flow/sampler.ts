import type { Logger } from '@outbox-cdc/service-kit'
import type { Flow } from '../api/pipeline-schemas.ts'
import type { Config } from '../config.ts'
import { addSagas, summarizeSagas } from '../sagas/add-sagas.ts'
import type { SagaWatch } from '../sagas/watch-sagas.ts'
import { withRests } from '../sagas/with-rests.ts'
import type { Sources } from '../sources.ts'
import { buildFlow } from './build-flow.ts'
import { figuresOf } from './measures.ts'
import { createProbes, readAll, tickAll } from './probes.ts'
import { namesFrom } from './readings.ts'
import { createSeries } from './series.ts'

export type Sampler = ReturnType<typeof createSampler>

const everyMs = 1_000

type Watcher = {
  readonly onFlow: (flow: Flow) => void
  readonly logger: Logger
  readonly sagas?: Pick<SagaWatch, 'index'> | undefined
}

/** Reads every hop once a second and keeps the newest picture, which `onFlow` gets, and the figures of the last hour. */
export function createSampler(config: Config, sources: Sources, { onFlow, logger, sagas }: Watcher) {
  const probes = createProbes(config, sources)
  const names = namesFrom(config)
  const series = createSeries({ stepMs: 5_000, means: ['committed', 'published', 'delivered'] })
  let timer: NodeJS.Timeout | undefined
  // With very many open sagas it takes long.
  const summary = withRests(() => (sagas === undefined ? null : summarizeSagas(sagas, Date.now())))
  const picture = () => addSagas(buildFlow(readAll(probes), names), summary())
  let newest = picture()

  async function sample(): Promise<void> {
    const began = Date.now()
    try {
      await tickAll(probes)
      newest = picture()
      series.add(newest.at, figuresOf(newest))
      onFlow(newest)
    } catch (error) {
      // An answer that we don't understand must not end the page that shows it.
      logger.error({ err: error }, 'cannot draw this picture')
    }
    if (timer !== undefined) timer = setTimeout(() => void sample(), Math.max(100, everyMs - (Date.now() - began)))
  }

  return {
    series,
    flow: () => newest,
    start() {
      timer ??= setTimeout(() => void sample(), 0)
    },
    stop() {
      clearTimeout(timer)
      timer = undefined
    }
  }
}
