import type { TestProject } from 'vitest/node'
import { images } from '@outbox-cdc/stack/containers/images'
import { progressLines } from '@outbox-cdc/pipeline'
import type { Docker } from './engine/docker.ts'
import { type Engine, openEngine } from './engine/open-engine.ts'
import { buildStandIns, nodeImage } from './stand-ins/build-stand-ins.ts'

/** How to reach the engine that has the images, or why there is none. */
export type Containers =
  | { readonly env: Readonly<Record<string, string>>; readonly why?: undefined }
  | { readonly why: string }

declare module 'vitest' {
  export interface ProvidedContext {
    containers: Containers
  }
}

/** vitest's global set-up of the container tests: an engine, the public images or their stand-ins, and our images. */
export async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const engine = await openEngine()
  const why = typeof engine === 'string' ? engine : await getImages(engine)
  if (typeof engine === 'string' || why !== undefined) {
    console.log(`The container tests are skipped: ${why}.`)
    project.provide('containers', { why: String(why) })
    if (typeof engine !== 'string') await engine.close()
    return undefined
  }
  const { DOCKER_HOST, DOCKER_CONFIG } = engine.docker.env
  project.provide('containers', { env: onlySet({ DOCKER_HOST, DOCKER_CONFIG }) })
  return () => engine.close()
}

function onlySet(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined)) as Record<string, string>
}

/** Returns the reason when there are none. Stand-ins go only into an engine of our own, or where STAND_INS=1 allows it. */
async function getImages({ docker, own }: Engine): Promise<string | undefined> {
  const progress = progressLines(process.stdout)
  const missing = await missingImages(docker)
  if (missing.length > 0) {
    const pulled = await progress('pull the public images', () => pull(docker, missing))
    if (!pulled && !own && process.env.STAND_INS !== '1') return `${missing.join(', ')} cannot be pulled`
    if (!pulled) await buildStandIns(docker, progress)
  }
  return undefined
}

async function missingImages(docker: Docker): Promise<readonly string[]> {
  const wanted = [...Object.values(images), await nodeImage()]
  const there = await docker.run(['images', '--format', '{{.Repository}}:{{.Tag}}'])
  return wanted.filter(image => !there.split('\n').includes(image))
}

async function pull(docker: Docker, missing: readonly string[]): Promise<boolean> {
  for (const image of missing) {
    const done = await docker.run(['pull', '-q', image], { timeoutMs: 600_000 }).catch(() => undefined)
    if (done === undefined) return false
  }
  return true
}
