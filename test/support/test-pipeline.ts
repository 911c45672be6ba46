import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import {
  type Pipeline,
  type Settings,
  chosenStack,
  freePorts,
  loadSystem,
  root,
  startPipeline
} from '@outbox-cdc/pipeline'
import type { CoreTarget } from './core-suite.ts'

export type TestPipeline = Pipeline & { readonly settings: Settings; readonly logs: readonly string[] }

type Wishes = {
  /** A name, or the file of a description; orders-and-deliveries when left out. */
  readonly system?: string
  readonly brokers?: 1 | 3
  readonly workers?: 1 | 2
  readonly revive?: boolean
  readonly outboxStore?: Settings['outboxStore']
  readonly containers?: boolean
  readonly external?: Settings['external']
  readonly registry?: boolean
  readonly connectHeapMb?: number
  /** Prepares the folder before the start. The function that it returns is called at the end. */
  readonly prepareDir?: (dir: string) => Promise<() => Promise<void>>
}

let count = 0

/** The whole pipeline as `npm start` starts it, on free ports and in its own folder. The caller stops it. */
export async function startTestPipeline(wishes: Wishes = {}, given?: Settings): Promise<TestPipeline> {
  const settings = given ?? (await freeSettings(wishes))
  const release = (await wishes.prepareDir?.(settings.dir)) ?? (() => undefined)
  const logs: string[] = []
  const pipeline = await startPipeline(settings, {
    progress: (_step, work) => work(),
    onLog: (name, line) => void logs.push(`${name} ${line}`),
    ...(wishes.revive === true ? { onRestart: (line: string) => void logs.push(line) } : {})
  })
  return {
    ...pipeline,
    settings,
    logs,
    async stop() {
      await pipeline.stop()
      await release()
      await rm(settings.dir, { recursive: true, force: true })
    }
  }
}

/** A test pipeline as the core suite sees it. */
export function coreTarget(pipeline: TestPipeline): CoreTarget {
  const delivery = pipeline.services.get('delivery-service')
  return {
    ports: pipeline.settings.ports,
    brokers: pipeline.stack.kafka.brokers,
    async restartDeliveryService() {
      await delivery?.stop()
      await delivery?.start()
    },
    stop: () => pipeline.stop()
  }
}

/** Settings with free ports and an empty folder that no other run uses. */
export async function freeSettings(wishes: Wishes = {}): Promise<Settings> {
  const system = await loadSystem(wishes.system)
  count += 1
  const dir = join(root, '.data/test', `pipeline-${process.pid}-${count}`)
  await rm(dir, { recursive: true, force: true })
  await mkdir(dir, { recursive: true })
  const { brokers = 1, workers = 1, outboxStore, external, containers, connectHeapMb, registry = false } = wishes
  return {
    system,
    dir,
    ports: await freePorts(system),
    brokers,
    workers,
    registry,
    ...chosenStack(process.env),
    ...(outboxStore === undefined ? {} : { outboxStore }),
    ...(external === undefined ? {} : { external }),
    ...(containers === undefined ? {} : { containers }),
    ...(connectHeapMb === undefined ? {} : { connectHeapMb })
  }
}
