import type { Logger } from '@outbox-cdc/service-kit'
import type { Flow } from '../api/pipeline-schemas.ts'
import type { Config } from '../config.ts'
import { addSagas, summarizeSagas } from '../sagas/add-sagas.ts'
import type { SagaWatch } from '../sagas/watch-sagas.ts'
import { withRests } from '../sagas/with-rests.ts'
import type { Sources } from '../sources.ts'
import { buildFlow } from './build-flow.ts'
import { figuresOf } from './measures.ts'
import { createCallerProbes, createProbes, readAll, tickAll } from './probes.ts'
import { namesFrom } from './readings.ts'
import { createSeries } from './series.ts'

export type Sampler = ReturnType<typeof createSampler>

const everyMs = 1_000
const steps = { stepMs: 5_000, means: ['committed', 'published', 'delivered'] }

type Watcher = {
  readonly onFlow: (flow: Flow) => void
  readonly logger: Logger
  readonly sagas?: Pick<SagaWatch, 'index'> | undefined
}

/** Reads every hop once a second and keeps the newest picture, which `onFlow` gets, and each hop's figures of the last hour. */
export function createSampler(config: Config, sources: Sources, { onFlow, logger, sagas }: Watcher) {
  const hops = createProbes(config, sources).map(({ hop, probes }) => ({
    hop,
    probes,
    names: namesFrom(config, hop),
    callees: { writer: hop.writerCalls ?? [], consumer: hop.consumerCalls ?? [] },
    series: createSeries(steps)
  }))
  const callers = createCallerProbes(sources)
  let timer: NodeJS.Timeout | undefined
  // With very many open sagas it takes long.
  const summary = withRests(() => (sagas === undefined ? null : summarizeSagas(sagas, Date.now())))
  const picture = () =>
    addSagas(
      buildFlow(
        hops.map(({ names, callees, probes }) => ({ names, callees, readings: readAll(probes) })),
        callers.map(({ name, calls, probe }) => ({ part: null, name, calls, reading: probe.reading() }))
      ),
      summary()
    )
  let newest = picture()

  async function sample(): Promise<void> {
    const began = Date.now()
    try {
      await Promise.all([tickAll(hops.map(({ probes }) => probes)), ...callers.map(({ probe }) => probe.tick())])
      newest = picture()
      for (const [at, hop] of newest.hops.entries()) hops[at]?.series.add(newest.at, figuresOf(hop))
      onFlow(newest)
    } catch (error) {
      // An answer that we don't understand must not end the page that shows it.
      logger.error({ err: error }, 'cannot draw this picture')
    }
    if (timer !== undefined) timer = setTimeout(() => void sample(), Math.max(100, everyMs - (Date.now() - began)))
  }

  return {
    /** Of each hop, the names of its parts and its figures. */
    hops,
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
