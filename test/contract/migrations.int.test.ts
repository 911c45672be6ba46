import { join } from 'node:path'
import { migrate } from '@outbox-cdc/service-kit'
import { expect, it } from 'vitest'
import { useDatabase } from '../support/use-stack.ts'

const root = join(import.meta.dirname, '../..')
const services = [['order-service'], ['delivery-service']]

async function useMigrations(service: string) {
  const { db, url } = await useDatabase(service.replace('-', '_'))
  const run = async () => {
    const said: string[] = []
    const report = (sentence: string) => void said.push(sentence)
    await migrate({ url, directory: join(root, service, 'migrations'), report })
    return said
  }
  const schema = async () => {
    const [rows] = await db.raw(`SELECT table_name, column_name, column_type FROM information_schema.columns
      WHERE table_schema = DATABASE() ORDER BY table_name, ordinal_position`)
    return rows
  }
  return { db, run, schema }
}

it.each(services)('the migrations of %s say what they did, and change nothing when repeated', async service => {
  const { run, schema } = await useMigrations(service)
  expect((await run()).at(-1)).toMatch(/^\d migrations done in \d+ ms$/)
  const before = await schema()
  expect(await run()).toEqual(['schema is up to date, nothing to do'])
  expect(await schema()).toEqual(before)
})

it.each(services)('the migrations of %s can be repeated when one was killed half-way', async service => {
  const { db, run, schema } = await useMigrations(service)
  await run()
  const before = await schema()
  // A kill leaves tables without a migration row, and knex's lock taken.
  await db('knex_migrations').delete()
  await db('knex_migrations_lock').update({ is_locked: 1 })
  expect((await run()).at(-1)).toMatch(/migrations done/)
  expect(await schema()).toEqual(before)
})

it('two migrations at once take turns', async () => {
  const { run } = await useMigrations('order-service')
  const said = await Promise.all([run(), run(), run()])
  expect(said.filter(([sentence]) => sentence === 'schema is up to date, nothing to do')).toHaveLength(2)
})
