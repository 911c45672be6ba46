import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { tempFolder } from '@outbox-cdc/test-support/temp-folder'
import { expect, it } from 'vitest'
import { expandReferences, readConnectorFile } from './connector-file.ts'

async function fileWith(text: string, name = 'orders.json'): Promise<string> {
  const path = join(await tempFolder('connectctl'), name)
  await writeFile(path, text)
  return path
}

it('fills in variables and leaves the references of the worker alone', () => {
  const config = { host: '${MYSQL_HOST}', password: '${dir:${SECRETS_DIR}:debezium}' }
  expect(expandReferences(config, { MYSQL_HOST: 'db', SECRETS_DIR: '/run' })).toEqual({
    host: 'db',
    password: '${dir:/run:debezium}'
  })
})

it('names every variable that is missing', () => {
  expect(() => expandReferences({ a: '${ONE}', b: '${TWO}${ONE}' }, {})).toThrow('not set: ONE, TWO')
})

it('reads JSON and TypeScript files, named by their file', async () => {
  expect(await readConnectorFile(await fileWith('{"tasks.max": 1}'), {})).toMatchObject({
    name: 'orders',
    config: { 'tasks.max': '1' }
  })
  const source = "export const config: Record<string, string> = { 'topic.prefix': '${PREFIX}' }"
  expect((await readConnectorFile(await fileWith(source, 'shop.ts'), { PREFIX: 'shop' })).config).toEqual({
    'topic.prefix': 'shop'
  })
})

it.each([
  ['{"name": "x", "config": {}}', 'keep only what is inside config'],
  ['[]', 'one object'],
  ['{', 'Cannot read']
])('refuses %s', async (text, words) => {
  await expect(readConnectorFile(await fileWith(text), {})).rejects.toThrow(words)
})

it('says in a sentence that there is no such file', async () => {
  await expect(readConnectorFile('/nowhere/orders.json', {})).rejects.toThrow('There is no connector file /nowhere')
})
