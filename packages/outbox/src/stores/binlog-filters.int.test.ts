import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startStack } from '@outbox-cdc/stack'
import knex, { type Knex } from 'knex'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { isLogged } from './binlog-filters.ts'

let dir: string
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'filters-'))
})
afterAll(() => rm(dir, { recursive: true, force: true }))

const databases = ['chosen', 'ignored', 'other']

/** The databases whose rows a server with these options writes to its binlog, and those that `isLogged` names. */
async function loggedWith(options: readonly string[]) {
  const stack = await startStack({ dir, parts: ['mysql'], mysqlArgs: options })
  const { host, port, rootPassword: password } = stack.mysql
  const db = knex({ client: 'mysql2', connection: { host, port, user: 'root', password }, pool: { min: 1, max: 1 } })
  try {
    const written: string[] = []
    for (const database of databases) {
      await db.raw('CREATE DATABASE IF NOT EXISTS ??', [database])
      await db.raw('CREATE TABLE IF NOT EXISTS ??.outbox (id INT AUTO_INCREMENT PRIMARY KEY)', [database])
      // The session's database is another one, which counts for statements only.
      await db.raw('USE ??', [database === 'chosen' ? 'sys' : 'chosen'])
      if (await isWritten(db, database)) written.push(database)
    }
    const [[filters]] = await db.raw('SHOW BINARY LOG STATUS')
    return { written, named: databases.filter(database => isLogged(database, filters)) }
  } finally {
    await db.destroy()
    await stack.stopAll()
  }
}

async function isWritten(db: Knex, database: string): Promise<boolean> {
  const [[{ File: file, Position: before }]] = await db.raw('SHOW BINARY LOG STATUS')
  await db.raw('INSERT INTO ??.outbox () VALUES ()', [database])
  const [events] = await db.raw('SHOW BINLOG EVENTS IN ? FROM ?', [file, before])
  return events.some((event: { Event_type: string }) => event.Event_type === 'Write_rows')
}

it.each([
  [['--binlog-do-db=chosen'], ['chosen']],
  [['--binlog-ignore-db=ignored'], ['chosen', 'other']],
  [['--binlog-do-db=chosen', '--binlog-ignore-db=ignored'], ['chosen']],
  [
    ['--binlog-do-db=chosen', '--binlog-do-db=ignored', '--binlog-ignore-db=ignored'],
    ['chosen', 'ignored']
  ]
])('knows which databases a server with %j writes', async (options, expected) => {
  expect(await loggedWith(options)).toEqual({ written: expected, named: expected })
})
