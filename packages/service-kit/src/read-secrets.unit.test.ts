import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { readSecrets } from './read-secrets.ts'

function folderWith(name: string, content: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'secrets-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, name), content)
  return folder
}

it('puts the content of a referenced file into a URL encoded, and alone unchanged', () => {
  const folder = folderWith('order_service', 'p@ss/word\n')
  const read = readSecrets({
    MYSQL_URL: `mysql://order_service:\${dir:${folder}:order_service}@mysql:3306/orders`,
    TOKEN: `\${dir:${folder}:order_service}`,
    LOG_LEVEL: 'info',
    EMPTY: '',
    UNSET: undefined
  })
  expect(read['MYSQL_URL']).toBe('mysql://order_service:p%40ss%2Fword@mysql:3306/orders')
  expect(read).toMatchObject({ TOKEN: 'p@ss/word', LOG_LEVEL: 'info', EMPTY: '', UNSET: undefined })
})

it('names the missing file', () => {
  expect(() => readSecrets({ MYSQL_URL: 'mysql://a:${dir:/nowhere:order_service}@mysql' })).toThrow(
    '/nowhere/order_service'
  )
})
