import { createLogger, loadConfig } from '@outbox-cdc/service-kit'
import { eventually } from '@outbox-cdc/test-support/eventually'
import { expect, it, onTestFinished, vi } from 'vitest'
import type { Flow } from '../api/pipeline-schemas.ts'
import { configSchema } from '../config.ts'
import { hopsSchema } from '@outbox-cdc/outbox/hops'
import { openSources } from '../sources.ts'
import { useStub } from '../testing/console-bench.ts'
import { createSampler } from './sampler.ts'

it('goes on after an answer that it cannot draw', async () => {
  const odd = { name: 'orders-connector', type: 'source', connector: { state: 'RUNNING', worker_id: 'w' } }
  const answers = { '/connectors?expand=status&expand=info': { 'orders-connector': { status: odd, info: {} } } }
  const connect = await useStub(answers)
  const config = loadConfig(configSchema, {
    KAFKA_BROKERS: '127.0.0.1:9',
    HOPS_FILE: 'none',
    CONNECT_URL: connect.url
  })
  const hops = hopsSchema.parse([{ topic: 'a', group: 'b', connector: 'orders-connector' }])
  const logger = createLogger('console', 'silent')
  const log = vi.spyOn(logger, 'error')
  const pictures: Flow[] = []
  const sources = openSources(config, hops, logger)
  const sampler = createSampler(config, sources, { onFlow: flow => pictures.push(flow), logger })
  onTestFinished(async () => {
    sampler.stop()
    await sources.close()
  })
  sampler.start()
  const cannotDraw = [{ err: expect.any(TypeError) }, 'cannot draw this picture']
  await eventually(() => expect(log.mock.calls).toEqual([cannotDraw, cannotDraw]))
  expect(pictures).toEqual([])
  Object.assign(odd, { tasks: [] })
  await eventually(() => expect(pictures.length).toBeGreaterThan(0))
})
