import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'

const folder = join(import.meta.dirname, '../order')
const domain = globSync(['orders/*.ts', 'order-states.ts', 'my-page/{facts,status}.ts'], { cwd: folder })
  .filter(file => !file.endsWith('.test.ts'))
  .map(file => join(folder, file))

/** All that a file imports, also by the files that it imports of this example. */
function importsOf(file: string, seen = new Set<string>()): ReadonlySet<string> {
  for (const [, name = ''] of readFileSync(file, 'utf8').matchAll(/from '([^']+)'/g)) {
    const target = name.startsWith('.') ? join(dirname(file), name) : name
    if (seen.has(target)) continue
    seen.add(target)
    if (name.startsWith('.')) importsOf(target, seen)
  }
  return seen
}

it.each(domain)('%s knows no protocol, broker or database', file => {
  const packages = [...importsOf(file)].filter(name => !name.startsWith('/'))
  // Of service-kit it knows the context of a request and a 503, which both protocols have.
  expect(packages.filter(name => name !== '@outbox-cdc/service-kit')).toEqual([])
})

it('finds the files of the domain, and what knows a protocol', () => {
  expect(domain.length).toBeGreaterThanOrEqual(6)
  for (const [file, name] of [
    ['routes.ts', 'express'],
    ['grpc/server.ts', '@grpc/grpc-js']
  ])
    expect(importsOf(join(folder, String(file)))).toContain(name)
})
