import { join } from 'node:path'
import { createNodePart, serviceProcesses, surroundingsOf } from '@outbox-cdc/pipeline'
import { services, type Service } from '@outbox-cdc/flower-delivery/test/model'
import { openServiceDatabase } from '@outbox-cdc/test-support/open-service-database'
import { type TestPipeline, startTestPipeline } from '@outbox-cdc/test-support/test-pipeline'
import type { Knex } from 'knex'

type Environment = Readonly<Record<string, string>>

/** The whole system, whose services can be killed and started with other settings. */
export type Flower = {
  readonly pipeline: TestPipeline
  readonly url: (service: Service | 'console', path: string) => string
  readonly databases: Readonly<Record<Service, Knex>>
  /** Which group reads which topic. */
  readonly readers: readonly { readonly service: Service; readonly groupId: string; readonly topic: string }[]
  readonly topics: readonly string[]
  readonly logFile: (service: Service) => string
  /** SIGKILL; resolves when the process is gone. */
  readonly kill: (service: Service) => Promise<void>
  /** Lets it end what it does, and leave its group. */
  readonly stop: (service: Service) => Promise<void>
  /**
   * Resolves when it answers requests. It reads events later: its group waits up to ten seconds for a member that was killed.
   * `more` variables stay until others are given.
   */
  readonly start: (service: Service, more?: Environment) => Promise<void>
  readonly end: () => Promise<void>
}

/** With `replicas`, `kill`, `stop` and `start` are about the first of each. */
export async function startFlower(replicas: Readonly<Record<string, number>> = {}): Promise<Flower> {
  const pipeline = await startTestPipeline({ system: 'flower-delivery', replicas })
  const { settings, stack } = pipeline
  const { dir, ports, system } = settings
  const open = async (service: Service) =>
    [service, await openServiceDatabase(pipeline, `flower_${service}`, `${service}_service`)] as const
  const databases = Object.fromEntries(await Promise.all(services.map(open))) as Record<Service, Knex>
  const processes = await serviceProcesses({ ...surroundingsOf(settings, stack), ports })
  const parts = new Map(pipeline.services)
  const given = new Map<Service, Environment>()
  const partOf = (service: Service) => {
    const part = parts.get(service)
    if (part === undefined) throw new Error(`There is no service ${service}`)
    return part
  }
  const readers = system.services.flatMap(({ name, reads }) =>
    (reads?.topics ?? []).map(topic => ({ service: name as Service, groupId: reads?.group ?? '', topic }))
  )
  return {
    pipeline,
    databases,
    readers,
    topics: [...new Set(readers.map(({ topic }) => topic))],
    url: (service, path) => `http://127.0.0.1:${ports[service]}${path}`,
    logFile: service => join(dir, 'logs', `${service}.log`),
    kill: service => partOf(service).kill(),
    stop: service => partOf(service).stop(),
    async start(service, more) {
      const spec = processes.find(({ name }) => name === service)
      if (spec === undefined) throw new Error(`There is no service ${service}`)
      if (more !== undefined) given.set(service, more)
      const env = { ...spec.env, ...given.get(service) }
      const readyUrl = `http://127.0.0.1:${ports[service]}/health/live`
      const part = createNodePart({ ...spec, env, readyUrl }, { dir, onLog: () => undefined })
      parts.set(service, part)
      await part.start()
    },
    async end() {
      await Promise.all(services.map(service => partOf(service).stop()))
      await Promise.all(services.map(service => databases[service].destroy()))
      await pipeline.stop()
    }
  }
}
