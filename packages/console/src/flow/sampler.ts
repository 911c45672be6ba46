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

const watchedEveryMs = 1_000
// Each reading asks every part of the pipeline. Without a reader one for each step of the figures is enough.
const unwatchedEveryMs = 5_000
const steps = { stepMs: 5_000, means: ['committed', 'published', 'delivered'] }

type Watcher = {
  readonly onFlow: (flow: Flow) => void
  /** Whether anyone reads the stream of pictures now. */
  readonly isRead: () => boolean
  readonly logger: Logger
  readonly sagas?: Pick<SagaWatch, 'index'> | undefined
}

/**
 * Reads every hop and keeps the newest picture, which `onFlow` gets, and each hop's figures of the last hour: once a second
 * while a page is open, and every five seconds otherwise.
 */
export function createSampler(config: Config, sources: Sources, { onFlow, isRead, logger, sagas }: Watcher) {
  const hops = createProbes(config, sources).map(({ hop, probes }) => ({
    hop,
    probes,
    names: namesFrom(config, hop),
    callees: { writer: hop.writerCalls ?? [], consumer: hop.consumerCalls ?? [] },
    series: createSeries(steps)
  }))
  const callers = createCallerProbes(sources)
  let timer: NodeJS.Timeout | undefined
  let sampling: Promise<void> | undefined
  let started = false
  let askedAt = -Infinity
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
    sampling = undefined
    const everyMs = isRead() || Date.now() - askedAt < unwatchedEveryMs ? watchedEveryMs : unwatchedEveryMs
    if (started) timer = setTimeout(() => void look(), Math.max(100, everyMs - (Date.now() - began)))
  }

  /** Samples now, once for all who ask at the same time. */
  function look(): Promise<void> {
    clearTimeout(timer)
    return (sampling ??= sample())
  }

  return {
    /** Of each hop, the names of its parts and its figures. */
    hops,
    /** The newest picture, at most a second old but for the time that the reading takes. */
    async flow(): Promise<Flow> {
      askedAt = Date.now()
      if (started && Date.now() - newest.at > 1.5 * watchedEveryMs) await look()
      return newest
    },
    /** Someone begins to read the stream. */
    onReader(): void {
      if (started) void look()
    },
    start() {
      started = true
      void look()
    },
    stop() {
      started = false
      clearTimeout(timer)
    }
  }
}
