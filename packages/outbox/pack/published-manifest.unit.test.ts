import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { publishedManifest } from './published-manifest.ts'

const workspace = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8')) as Parameters<
  typeof publishedManifest
>[0]

it('publishes what is built, and nothing that only the workspace needs', () => {
  const published = publishedManifest(workspace)
  expect(published).toMatchObject({
    name: '@outbox-cdc/outbox',
    engines: { node: '>=22.18' },
    bin: { outboxctl: './dist/cli.js' },
    exports: { '.': { types: './dist/index.d.ts', default: './dist/index.js' } }
  })
  expect(Object.keys(published)).not.toContain('private')
  expect(JSON.stringify(published)).not.toMatch(/\.ts"(?<!\.d\.ts")|prepack|devDependencies/)
})

it('finds the manifest of the workspace in place; after a killed `npm pack`, the next one restores it', () => {
  expect(workspace).toMatchObject({ private: true, exports: { '.': './src/index.ts' } })
})
