import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import {
  type Pipeline,
  type Settings,
  type Surroundings,
  chosenStack,
  freePorts,
  loadSystem,
  openStack,
  prepare,
  root,
  startPipeline,
  surroundingsOf
} from '@outbox-cdc/pipeline'
import type { Progress } from '@outbox-cdc/stack'
import type { CoreTarget } from './core-suite.ts'

export type TestPipeline = Pipeline & { readonly settings: Settings; readonly logs: readonly string[] }

type Wishes = Omit<Settings, 'system' | 'dir' | 'ports'> & {
  /** A name, or the file of a description; orders-and-deliveries when left out. */
  readonly system: string
}

type PipelineWishes = Partial<Wishes> & {
  readonly revive?: boolean
  /** Prepares the folder before the start. The function that it returns is called at the end. */
  readonly prepareDir?: (dir: string) => Promise<() => Promise<void>>
}

let count = 0
const withoutProgress: Progress = (_step, work) => work()

/** The whole pipeline as `npm start` starts it, on free ports and in its own folder. The caller stops it. */
export async function startTestPipeline(wishes: PipelineWishes = {}): Promise<TestPipeline> {
  const { revive = false, prepareDir, ...settingsWishes } = wishes
  const settings = await freeSettings(settingsWishes)
  const release = (await prepareDir?.(settings.dir)) ?? (() => undefined)
  const logs: string[] = []
  const pipeline = await startPipeline(settings, {
    progress: withoutProgress,
    onLog: (name, line) => void logs.push(`${name} ${line}`),
    ...(revive ? { onRestart: (line: string) => void logs.push(line) } : {})
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
    kafka: pipeline.stack.kafka,
    async restartDeliveryService() {
      await delivery?.stop()
      await delivery?.start()
    },
    stop: () => pipeline.stop()
  }
}

/** Settings with free ports and an empty folder that no other run uses. */
export async function freeSettings({ system: name, ...wishes }: Partial<Wishes> = {}): Promise<Settings> {
  const system = await loadSystem(name)
  count += 1
  const dir = join(root, '.data/test', `pipeline-${process.pid}-${count}`)
  await rm(dir, { recursive: true, force: true })
  await mkdir(dir, { recursive: true })
  return {
    system,
    dir,
    ports: await freePorts(system, wishes.replicas),
    brokers: system.brokers ?? 1,
    workers: 1,
    ...chosenStack(process.env, system),
    ...wishes
  }
}

export type Engines = Surroundings & { readonly settings: Settings; readonly stop: () => Promise<void> }

/** The engines of a pipeline with its accounts, topics and tables, without a connector and without services. */
export async function startEngines(settings: Settings): Promise<Engines> {
  const stack = await openStack(settings, withoutProgress)
  const around = surroundingsOf(settings, stack)
  const stop = async () => {
    await stack.stopAll()
    await rm(settings.dir, { recursive: true, force: true })
  }
  try {
    await prepare(around, withoutProgress)
  } catch (error) {
    await stop()
    throw error
  }
  return { ...around, settings, stop }
}
