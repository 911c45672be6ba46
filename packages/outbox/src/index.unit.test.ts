import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const entries = ['index.ts', 'avro/index.ts', 'testing/index.ts', 'catalogue/index.ts']

/** What an entry exports, with the text of the file that declares it. */
async function exportsOf(entry: string): Promise<readonly (readonly [name: string, source: string])[]> {
  const path = join(import.meta.dirname, entry)
  const text = await readFile(path, 'utf8')
  const found = [...text.matchAll(/export (?:type )?\{([^}]+)\} from '(.+?)'/gs)].map(
    async ([, list = '', from = '']) => {
      const source = await readFile(join(path, '..', from), 'utf8')
      const names = list.split(',').map(name => name.replace('type ', '').trim())
      return names.filter(name => name !== '').map(name => [name, source] as const)
    }
  )
  return (await Promise.all(found)).flat()
}

describe.each(entries)('%s', entry => {
  it('tells of each export what it is', async () => {
    const exported = await exportsOf(entry)
    const silent = exported.filter(([name, source]) => {
      const kind = '(?:async )?(?:type|interface|const|function|class)'
      return !new RegExp(String.raw`\*/\nexport ${kind} ${name}\b`).test(source)
    })
    expect(exported.length).toBeGreaterThan(0)
    expect(silent.map(([name]) => name)).toEqual([])
  })
})
