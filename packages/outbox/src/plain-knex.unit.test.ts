import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const ownStatement =
  /\bawait (?:db|trx|knex)(?:\.raw|\.schema)?\b[(.](?!transaction|client)|\b(?:db|trx|knex)\(['`a-z]/g

it('runs each statement of the library, so that hooks of the knex instance change none', () => {
  const files = globSync('**/*.ts', { cwd: import.meta.dirname })
  const library = files.filter(file => !/\.test\.ts$|^(?:outboxctl|testing|plain-knex)\b/.test(file))
  const around = library.flatMap(file => {
    const text = readFileSync(join(import.meta.dirname, file), 'utf8')
    return [...text.matchAll(ownStatement)].map(({ 0: found }) => `${file}: ${found}`)
  })
  expect(around).toEqual([])
})
