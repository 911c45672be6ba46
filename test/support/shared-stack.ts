import { existsSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { noPostgres, type Stack, startStack } from '@outbox-cdc/stack'
import { endBrokenRuns } from './end-broken-runs.ts'

const root = join(import.meta.dirname, '../..')

export type SharedStack = Pick<Stack, 'mysql' | 'postgres' | 'kafka'> & {
  readonly connect: { readonly url: string }
  readonly secretsDir: string
}

declare module 'vitest' {
  export interface ProvidedContext {
    stack: SharedStack
  }
}

/** vitest's global set-up of the int tests: one MySQL, one PostgreSQL where npm has one, one broker and one Connect worker for the whole run. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  Object.assign(process.env, project.config.env)
  const dir = await emptyFolder()
  const secretsDir = join(dir, 'secrets')
  const workerProperties = join(root, 'connect-config/worker.properties')
  const stack = await startStack({
    dir,
    parts: ['mysql', 'kafka', 'connect', ...(noPostgres === undefined ? (['postgres'] as const) : [])],
    ...(existsSync(workerProperties) ? { workerProperties } : {}),
    references: { CONNECT_SECRETS_DIR: secretsDir },
    progress: async (step, work) => {
      const started = Date.now()
      const result = await work()
      console.log(`✓ ${step} in ${((Date.now() - started) / 1000).toFixed(1)} s`)
      return result
    }
  })
  const { mysql, postgres, kafka } = stack
  project.provide('stack', { mysql, postgres, kafka, connect: { url: stack.connect.urls[0] ?? '' }, secretsDir })
  return async () => {
    await stack.stopAll()
    await rm(dir, { recursive: true, force: true })
  }
}

/** A folder for this run; those of runs that were killed are removed. */
async function emptyFolder(): Promise<string> {
  const parent = join(root, '.data/test')
  await mkdir(parent, { recursive: true })
  for (const folder of await endBrokenRuns()) await rm(folder, { recursive: true, force: true })
  return join(parent, `shared-${process.pid}`)
}
