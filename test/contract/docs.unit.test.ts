import { existsSync } from 'node:fs'
import { glob, readFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { expect, it } from 'vitest'
import { installMysqlFirst } from '@outbox-cdc/stack'

const root = join(import.meta.dirname, '../..')
const folders = 'order-service|delivery-service|packages|systems|connect-config|scripts|test|docs|examples|bench|deploy'

async function documents(): Promise<readonly string[]> {
  const found: string[] = []
  const exclude = (name: string) => ['node_modules', 'dist', '.data', '.git'].includes(name)
  for await (const file of glob('**/*.md', { cwd: root, exclude })) found.push(file)
  return found
}

/** Links to files of this repository, and paths in code font that start with one of its folders. */
function pathsNamed(file: string, text: string): readonly string[] {
  const links = [...text.matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)[^)]*\)/g)].map(([, path = '']) =>
    join(dirname(file), path)
  )
  const inCode = [...text.matchAll(new RegExp(`\`((?:${folders})/[\\w./-]+)\``, 'g'))].map(([, path = '']) => path)
  return [...links, ...inCode]
}

it('names no path in a document that does not exist', async () => {
  const missing: string[] = []
  for (const file of await documents()) {
    const paths = pathsNamed(file, await readFile(join(root, file), 'utf8'))
    missing.push(...paths.filter(path => !existsSync(join(root, path))).map(path => `${file}: ${path}`))
  }
  expect(missing).toEqual([])
})

const archaic = /\b(nobody|whoever|somebody|for ever|anew|lest|thereof|heirs?|afresh)\b/gi
const readByPeople = '**/{*.{md,ts,js,mjs,html,css,yml,properties,env,py},Dockerfile}'

it('uses plain words in documents and code', async () => {
  const found: string[] = []
  const exclude = (name: string) =>
    ['node_modules', 'dist', '.data', '.git', basename(import.meta.filename)].includes(name)
  for await (const file of glob(readByPeople, { cwd: root, exclude })) {
    const lines = (await readFile(join(root, file), 'utf8')).split('\n')
    for (const [index, line] of lines.entries())
      found.push(...(line.match(archaic) ?? []).map(word => `${file}:${index + 1}: ${word}`))
  }
  expect(found).toEqual([])
})

it('says in the README what to install first, in the words of the starter', async () => {
  const readme = await readFile(join(root, 'README.md'), 'utf8')
  expect(readme.replaceAll(/\s+/g, ' ')).toContain(installMysqlFirst)
})
