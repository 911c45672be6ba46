import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const src = import.meta.dirname
const manifest = JSON.parse(await readFile(join(src, '../package.json'), 'utf8')) as { exports: Record<string, string> }
const entries = Object.values(manifest.exports).map(file => file.replace('./src/', ''))

/** What an entry exports, with the text of the file that declares it. */
async function exportsOf(entry: string): Promise<readonly (readonly [name: string, source: string])[]> {
  const path = join(src, entry)
  const text = await readFile(path, 'utf8')
  const own = [...text.matchAll(/^export (?:async )?(?:type|function|const) (\w+)/gm)].map(
    ([, name = '']) => [name, text] as const
  )
  const passedOn = [...text.matchAll(/export (?:type )?\{([^}]+)\} from '(.+?)'/gs)].map(
    async ([, list = '', from = '']) => {
      const source = await readFile(join(path, '..', from), 'utf8')
      const names = list.split(',').map(name => name.replace('type ', '').trim())
      return names.filter(name => name !== '').map(name => [name, source] as const)
    }
  )
  return [...own, ...(await Promise.all(passedOn)).flat()]
}

describe.each(entries)('%s', entry => {
  it('documents each of its exports', async () => {
    const exported = await exportsOf(entry)
    const undocumented = exported.filter(([name, source]) => {
      const kind = '(?:async )?(?:type|interface|const|function|class)'
      return !new RegExp(String.raw`\*/\nexport ${kind} ${name}\b`).test(source)
    })
    expect(exported.length).toBeGreaterThan(0)
    expect(undocumented.map(([name]) => name)).toEqual([])
  })
})

/** The files and packages that a file imports, directly or through others. */
async function importedBy(path: string, found = new Set<string>()): Promise<Set<string>> {
  const text = await readFile(path, 'utf8')
  for (const [, statement = '', from = ''] of text.matchAll(/(?<!typeof )((?:from|import\() ?)'([^']+)'/g)) {
    const target = from.startsWith('.') ? join(path, '..', from) : from
    const isType = statement === 'from ' && new RegExp(`import type [^\n]+'${from}'`).test(text)
    if (isType || found.has(target)) continue
    found.add(target)
    if (from.startsWith('.')) await importedBy(target, found)
  }
  return found
}

it('imports no optional part from the main entry', async () => {
  const imported = [...(await importedBy(join(src, 'index.ts')))].map(path => path.replace(`${src}/`, ''))
  expect(imported).toContain('stores/store.ts')
  expect(
    imported.filter(path => /^(avro|blackhole|catalogue|one-trip|outboxctl|platformatic|testing)\//.test(path))
  ).toEqual([])
  // kafkajs and OpenTelemetry are loaded only if they are needed and installed.
  expect(imported.filter(path => !path.endsWith('.ts')).toSorted()).toEqual([
    '@opentelemetry/api',
    '@platformatic/wasm-utils/bundled',
    'kafkajs',
    'kafkajs/src/network/requestQueue/index.js',
    'node:async_hooks',
    'node:crypto',
    'node:fs',
    'node:net',
    'node:path',
    'node:timers/promises',
    'node:tls',
    'node:util',
    'node:zlib',
    'secure-json-parse',
    'uuid',
    'zod'
  ])
})

it('imports nothing from the entry that classifies database errors', async () => {
  expect([...(await importedBy(join(src, 'database-errors.ts')))]).toEqual([])
})
