import { setTimeout as sleep } from 'node:timers/promises'
import { createLogger, loadConfig } from '@outbox-cdc/service-kit'
import { eventually } from '@outbox-cdc/test-support/eventually'
import { expect, it, onTestFinished, vi } from 'vitest'
import type { Flow } from '../api/pipeline-schemas.ts'
import { configSchema } from '../config.ts'
import { hopsSchema } from '@outbox-cdc/outbox/hops'
import { openSources } from '../sources.ts'
import { useStub } from '../testing/console-bench.ts'
import { createSampler } from './sampler.ts'

async function useSampler(answers: Readonly<Record<string, object>>, isRead: () => boolean) {
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
  const sampler = createSampler(config, sources, { onFlow: flow => pictures.push(flow), isRead, logger })
  onTestFinished(async () => {
    sampler.stop()
    await sources.close()
  })
  sampler.start()
  return { sampler, pictures, log }
}

it('goes on after an answer that it cannot draw', async () => {
  const odd = { name: 'orders-connector', type: 'source', connector: { state: 'RUNNING', worker_id: 'w' } }
  const answers = { '/connectors?expand=status&expand=info': { 'orders-connector': { status: odd, info: {} } } }
  const { log, pictures } = await useSampler(answers, () => true)
  const cannotDraw = [{ err: expect.any(TypeError) }, 'cannot draw this picture']
  await eventually(() => expect(log.mock.calls).toEqual([cannotDraw, cannotDraw]))
  expect(pictures).toEqual([])
  Object.assign(odd, { tasks: [] })
  await eventually(() => expect(pictures.length).toBeGreaterThan(0))
})

it('reads the pipeline seldom while no page is open, and at once for a reader and for a question', async () => {
  const { sampler, pictures } = await useSampler({}, () => false)
  await eventually(() => expect(pictures).toHaveLength(1))
  await sleep(1_700)
  expect(pictures).toHaveLength(1)
  const asked = await sampler.flow()
  expect([pictures.length, asked]).toEqual([2, pictures[1]])
  sampler.onReader()
  await eventually(() => expect(pictures).toHaveLength(3))
})
