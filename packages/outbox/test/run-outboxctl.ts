import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Knex } from 'knex'
import { onTestFinished } from 'vitest'
import { useStack } from '@outbox-cdc/test-support/use-stack'
import type { Edge } from '../src/outboxctl/edge.ts'
import { runOutboxctl } from '../src/outboxctl/run.ts'
import type { SagaMap } from '../src/saga/index.ts'
import { urlOf } from './postgres.ts'

/** Runs a command line as a shell does, without a person to confirm anything. */
export async function outboxctl(args: readonly string[], environment: Edge['environment']) {
  const out: string[] = []
  const notes: string[] = []
  const code = await runOutboxctl(args, {
    environment,
    write: text => void out.push(text),
    note: text => void notes.push(text),
    confirm: () => Promise.resolve(false)
  })
  return { code, out: out.join('\n'), notes: notes.join('\n') }
}

/** Where a database of the shared MySQL or PostgreSQL is, for OUTBOX_DB_URL. */
export async function databaseUrl(db: Knex): Promise<string> {
  if (db.client.dialect === 'postgresql') return urlOf(db)
  const [row] = await db.select<{ name: string }[]>(db.raw('DATABASE() AS name'))
  const { host, port, rootPassword } = useStack().mysql
  return `mysql://root:${rootPassword}@${host}:${port}/${row?.name}`
}

/** A file for SAGA_MAP, until the test ends. */
export async function useSagaMap(map: SagaMap): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'saga-map-'))
  onTestFinished(() => rm(dir, { recursive: true }))
  const file = join(dir, 'saga-map.json')
  await writeFile(file, JSON.stringify(map))
  return file
}
