import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'
import { findJava21, type Part, type Stack, startStack } from '@outbox-cdc/stack'

const parent = join(import.meta.dirname, '../../.data/test')

/** Why there can be no registry here, in a sentence that is printed once; undefined if there can. */
export const noRegistry: string | undefined = await findJava21((_step, work) => work()).then(
  () => undefined,
  (error: Error) => {
    console.log(`· skipped: ${error.message}`)
    return error.message
  }
)

export type TestRegistry = {
  readonly url: string
  readonly part: Part
}

/** A schema registry for one test file, which may break it. */
export function useRegistry(): () => TestRegistry {
  const dir = join(parent, `registry-${process.pid}`)
  let stack: Stack | undefined
  beforeAll(async () => {
    if (noRegistry !== undefined) return
    await mkdir(dir, { recursive: true })
    stack = await startStack({ dir, parts: ['registry'] })
  }, 120_000)
  afterAll(async () => {
    await stack?.stopAll()
    await rm(dir, { recursive: true, force: true })
  })
  return () => {
    if (stack?.registry === undefined) throw new Error('There is no registry')
    return { url: stack.registry.url, part: stack.part('registry') }
  }
}
