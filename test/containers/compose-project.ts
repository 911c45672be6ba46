import { join } from 'node:path'
import { choosePorts, loadSystem, root } from '@outbox-cdc/pipeline'
import { freePort } from '@outbox-cdc/stack'
import type { CoreTarget } from '../support/core-suite.ts'
import { uniqueName } from '../support/unique-name.ts'
import type { Docker } from './engine/docker.ts'

export type ComposeProject = CoreTarget & {
  readonly name: string
  /** The published ports, by variable. */
  readonly published: Readonly<Record<string, number>>
  /** Runs `docker compose ARGS` and returns its output. */
  compose(...args: readonly string[]): Promise<string>
}

/** A project as `docker compose up --wait` starts it, with its own name and free ports. */
export async function createComposeProject(docker: Docker, envFile?: string): Promise<ComposeProject> {
  const name = uniqueName('outbox').replaceAll('_', '-')
  const text = await docker.run(['compose', '-f', join(root, 'docker-compose.yml'), 'config', '--variables'])
  const variables = [...text.matchAll(/^(\w+_PORT) /gm)].map(([, variable = '']) => variable)
  const published = Object.fromEntries(
    await Promise.all(variables.map(async variable => [variable, await freePort()] as const))
  )
  const env = Object.fromEntries(Object.entries(published).map(([variable, port]) => [variable, String(port)]))
  const file = envFile === undefined ? [] : ['--env-file', join(root, envFile)]
  // As a person runs it: an --env-file may choose more files.
  const compose = (...args: readonly string[]) =>
    docker.run(['compose', '-p', name, ...file, ...args], { env, cwd: root })
  return {
    name,
    published,
    compose,
    ports: choosePorts(await loadSystem(), ({ variable }) => published[variable] ?? 0),
    kafka: { brokers: [`127.0.0.1:${published['KAFKA_PORT']}`] },
    restartDeliveryService: async () => void (await compose('restart', 'delivery-service')),
    stop: async () => void (await compose('down', '-v', '--remove-orphans', '--timeout', '5'))
  }
}
