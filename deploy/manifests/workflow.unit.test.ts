import { access, constants, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { root } from '@outbox-cdc/pipeline'
import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { ownImages } from './names.ts'

type Step = { readonly uses?: string; readonly run?: string; readonly with?: object; readonly env?: object }
type Job = {
  readonly needs?: string
  readonly if?: string
  readonly environment?: string
  readonly permissions?: object
  readonly strategy?: { readonly matrix: { readonly target: readonly string[] } }
  readonly steps: readonly Step[]
  readonly 'timeout-minutes': number
}

const read = (file: string) => readFile(join(root, file), 'utf8')
const text = await read('.github/workflows/ci.yml')
const { jobs, permissions } = parse(text) as { jobs: Record<'test' | 'images' | 'roll-out', Job>; permissions: object }
const all = Object.values(jobs)
const targets = Object.values(ownImages).map(image => image.replace(/^outbox-cdc\/|:dev$/g, ''))

it('runs what a person can run too: the checks and contracts of each commit, and the scripts of .ci', async () => {
  const runs = all.flatMap(({ steps }) => steps.flatMap(({ run }) => run ?? []))
  expect(runs).toEqual([
    'npm run check',
    'npm run contracts -- check',
    '.ci/run',
    '.ci/push-image "$TARGET" "$REGISTRY" "$GITHUB_SHA"',
    '.ci/roll-out "$REGISTRY" "$GITHUB_SHA"'
  ])
  for (const run of runs.filter(each => each.startsWith('.ci/')))
    await access(join(root, run.split(' ')[0] ?? ''), constants.X_OK)
})

it('pushes and rolls out what is tested only: the commits of main', () => {
  expect([jobs.images.needs, jobs['roll-out'].needs]).toEqual(['test', 'images'])
  expect(jobs.images.if).toBe("github.event_name == 'push' && github.ref == 'refs/heads/main'")
})

it('builds every image of the manifests from a target of the Dockerfile, and rolls out every one', async () => {
  const dockerfile = await read('Dockerfile')
  expect(jobs.images.strategy?.matrix.target).toEqual(targets)
  expect(targets.filter(target => !new RegExp(`^FROM .* AS ${target}$`, 'm').test(dockerfile))).toEqual([])
  expect(await read('.ci/roll-out')).toContain(`for target in ${targets.join(' ')}; do`)
  expect(await read('deploy/try-on-kind.sh')).toContain(`for target in ${targets.join(' ')}; do`)
  const overlay = parse(await read('deploy/flower-delivery/overlays/release/kustomization.yaml'))
  expect(overlay.images.map(({ name }: { name: string }) => name)).toEqual(
    targets.map(target => `outbox-cdc/${target}`)
  )
})

it('may read the code, and only the job with the images may write packages', () => {
  expect(permissions).toEqual({ contents: 'read' })
  expect(jobs.images.permissions).toEqual({ contents: 'read', packages: 'write' })
  expect([jobs.test.permissions, jobs['roll-out'].permissions]).toEqual([undefined, undefined])
})

it('holds no secret but that of the environment it rolls out to, and pins every action to a commit', () => {
  expect([...text.matchAll(/secrets\.(\w+)/g)].map(([, name]) => name)).toEqual(['CLUSTER'])
  expect(jobs['roll-out'].environment).toBe('production')
  const actions = all.flatMap(({ steps }) => steps.filter(({ uses }) => uses !== undefined))
  for (const { uses, with: options } of actions) {
    expect(uses).toMatch(/@[0-9a-f]{40}$/)
    expect(options).toMatchObject({ 'persist-credentials': false })
  }
  for (const job of all) expect(job['timeout-minutes']).toBeGreaterThan(0)
})
