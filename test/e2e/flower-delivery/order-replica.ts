import { createNodePart, freePorts, serviceProcesses, surroundingsOf } from '@outbox-cdc/pipeline'
import { onTestFinished } from 'vitest'
import type { TestPipeline } from '../../support/test-pipeline.ts'

/** One more order service of a pipeline, with other settings, until the test ends; returns the address of its `/orders`. */
export async function startOrderReplica(pipeline: TestPipeline, env: Readonly<Record<string, string>>) {
  const { settings, stack, addresses } = pipeline
  const { order = 0, 'order-grpc': grpc = 0 } = await freePorts(settings.system)
  const ports = { ...settings.ports, order, 'order-grpc': grpc }
  const [spec] = (await serviceProcesses({ ...surroundingsOf(settings, stack, addresses), ports })).filter(
    ({ name }) => name === 'order'
  )
  if (spec === undefined) throw new Error('There is no service order')
  const part = createNodePart(
    { ...spec, name: `order-${order}`, env: { ...spec.env, ...env } },
    { dir: settings.dir, onLog: () => undefined }
  )
  onTestFinished(() => part.stop())
  await part.start()
  return `http://127.0.0.1:${order}/orders`
}
