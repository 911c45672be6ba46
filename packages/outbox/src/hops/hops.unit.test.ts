import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { SettingsError } from '../security/index.ts'
import { readHops } from './index.ts'

function fileOf(content: unknown): string {
  const folder = mkdtempSync(join(tmpdir(), 'hops-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'hops.json')
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content))
  return file
}

it('calls a hop by its name, its first event or its topic, and takes passwords from where the file says', () => {
  const place = { topic: 't', group: 'g' }
  const url = 'mysql://console:${env:PASSWORD}@db:3306/orders'
  const file = fileOf([{ ...place, name: 'a', aggregate: { url } }, { ...place, events: ['b', 'c'] }, place])
  const hops = readHops(file, { PASSWORD: 'p/w' })
  expect(hops.map(({ name }) => name)).toEqual(['a', 'b', 't'])
  expect(hops[0]?.aggregate).toMatchObject({ url: 'mysql://console:p%2Fw@db:3306/orders', idColumn: 'id' })
})

it.each([
  ['no JSON', '[', /HOPS_FILE .* is no JSON/],
  ['no hop', [], /the list: /],
  ['a field that does not exist', [{ topic: 't', group: 'g', tabel: 'x' }], /0: .*tabel/],
  [
    'what is missing, at each place',
    [{ aggregate: { table: 'a b' } }],
    /0.aggregate.table: [^]*0.topic: [^]*0.group: /
  ],
  [
    'two hops with one name',
    [
      { topic: 't', group: 'g' },
      { topic: 't', group: 'h' }
    ],
    /a name of its own/
  ],
  ['an eventColumn without events', [{ topic: 't', group: 'g', effect: { eventColumn: 'cause' } }], /needs events/],
  ['a secret that is not there', [{ topic: 't', group: '${env:NONE}' }], /NONE is not set/]
])('refuses %s in a sentence', (_, content, sentence) => {
  expect(() => readHops(fileOf(content), {})).toThrow(sentence)
})

it('says of a file that is not there that it cannot be read', () => {
  expect(() => readHops('/no/such/file', {})).toThrow(SettingsError)
  expect(() => readHops('/no/such/file', {})).toThrow(/HOPS_FILE \/no\/such\/file can't be read: .*ENOENT/)
})
