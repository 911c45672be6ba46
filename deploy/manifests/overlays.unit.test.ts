import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from '@outbox-cdc/pipeline'
import { execa } from 'execa'
import { describe, expect, it, onTestFinished } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { type Document, problemsOf } from './read-documents.ts'

const { failed: missing } = await execa('kubectl', ['kustomize', '--help'], { reject: false })
if (missing) console.log('The overlays are not built: kubectl is not on the PATH.')

async function build(overlay: string): Promise<readonly Document[]> {
  const { stdout } = await execa('kubectl', ['kustomize', overlay])
  return parseAllDocuments(stdout).map(document => document.toJS() as Document)
}

const overlays = join(root, 'deploy/flower-delivery/overlays')

describe.skipIf(missing)('kustomize', () => {
  it.each(['release', 'kind'])('builds the overlay %s, which fits the schemas', async overlay => {
    const documents = await build(join(overlays, overlay))
    expect(documents.length).toBeGreaterThan(70)
    expect(documents.flatMap(problemsOf)).toEqual([])
    const settings = documents.find(
      ({ kind, metadata }) => kind === 'ConfigMap' && metadata.name.startsWith('settings-')
    )
    const order = documents.find(({ kind, metadata }) => kind === 'Deployment' && metadata.name === 'order')
    const env = order?.spec.template.spec.containers[0].env
    expect(
      env.find(({ name }: { name: string }) => name === 'PAYMENT_FALLBACK').valueFrom.configMapKeyRef
    ).toMatchObject({
      name: settings?.metadata.name,
      key: 'PAYMENT_FALLBACK'
    })
  })

  it('sets the tag of a commit in every object that names an image of ours', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'overlays-'))
    onTestFinished(() => rm(dir, { recursive: true }))
    await cp(join(root, 'deploy/flower-delivery'), dir, { recursive: true })
    const file = join(dir, 'overlays/release/kustomization.yaml')
    await writeFile(file, (await readFile(file, 'utf8')).replaceAll('newTag: dev', 'newTag: 0a1b2c3'))
    const text = JSON.stringify(await build(join(dir, 'overlays/release')))
    expect(text.match(/outbox-cdc\/[\w-]+:dev/g)).toBeNull()
    expect(new Set(text.match(/outbox-cdc\/[\w-]+(?=:0a1b2c3)/g)).size).toBe(5)
  })
})
