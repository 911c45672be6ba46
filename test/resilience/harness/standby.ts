import { execFile } from 'node:child_process'
import { chown, mkdir, readdir, rename, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type Part, freePort } from '@outbox-cdc/stack'
import { findPostgresEngine } from '@outbox-cdc/stack/engines/postgres-engine'
import { createPostgresPart } from '@outbox-cdc/stack/postgres-part'
import knex, { type Knex } from 'knex'
import { eventually } from '../../support/eventually.ts'
import type { Lab } from './lab.ts'

const run = promisify(execFile)
const name = 'standby'

export type Standby = {
  readonly part: Part
  /** Kills the primary and lets the standby take over its address. Resolves when it accepts writes. */
  takeOver(): Promise<string>
}

/** A physical standby that has every acknowledged commit, and that keeps a copy of the logical slot. */
export async function startStandby(lab: Lab, slot: string): Promise<Standby> {
  const { stack, settings } = lab.pipeline
  const server = stack.postgres
  if (server === undefined) throw new Error('The pipeline has no PostgreSQL')
  const dir = join(settings.dir, name)
  const [own, primary] = [join(dir, 'postgres/data'), join(settings.dir, 'postgres/data')]
  await lab.source.raw('SELECT pg_create_physical_replication_slot(?, true)', [name])
  await copyData(lab.source, primary, own)
  await writeFile(join(own, 'standby.signal'), '')
  const conninfo = `host=127.0.0.1 port=${server.port} user=postgres password=${server.password} dbname=postgres application_name=${name}`
  const follow = [
    `primary_conninfo = '${conninfo}'`,
    `primary_slot_name = '${name}'`,
    'hot_standby_feedback = on',
    'sync_replication_slots = on'
  ]
  await writeFile(join(own, 'postgresql.auto.conf'), `${follow.join('\n')}\n`)
  await ownedLike(primary, [own, join(own, 'standby.signal'), join(own, 'postgresql.auto.conf')])

  const { password } = server
  const port = await freePort()
  const part = await createPostgresPart({ engine: await findPostgresEngine(), dir, port, password })
  await part.start()
  // An acknowledged commit is on the standby, and the connector gets no event that the standby lacks.
  for (const setting of ['synchronous_standby_names', 'synchronized_standby_slots'])
    await lab.source.raw(`ALTER SYSTEM SET ${setting} = '${name}'`)
  await lab.source.raw('SELECT pg_reload_conf()')
  const follower = knex({ client: 'pg', connection: { ...server, port, user: 'postgres', database: 'postgres' } })
  try {
    await eventually(() => requireCopied(follower, slot), { timeoutMs: 120_000, everyMs: 500 })
  } finally {
    await follower.destroy()
  }

  return {
    part,
    async takeOver() {
      const lost = lab.part('postgres').pid()
      await lab.part('postgres').kill()
      await part.stop()
      await rename(primary, join(settings.dir, 'postgres/lost'))
      await rename(own, primary)
      await lab.part('postgres').start()
      await lab.source.raw('SELECT pg_promote(true)')
      const { rows } = await lab.source.raw('SELECT pg_walfile_name(pg_current_wal_lsn()) AS file')
      // The name of a WAL file begins with its timeline, which each promotion raises.
      const timeline = Number.parseInt(rows[0].file.slice(0, 8), 16)
      return `PostgreSQL ${lost} killed, its standby ${lab.part('postgres').pid()} promoted, timeline ${timeline}`
    }
  }
}

async function requireCopied(follower: Knex, slot: string): Promise<void> {
  const [copy] = await follower('pg_replication_slots').where({ slot_name: slot })
  if (copy?.synced !== true || copy.temporary === true) throw new Error(`the standby has no copy of the slot ${slot}`)
}

/** Marks the slot as one that standbys copy; nothing may read it meanwhile. */
export async function copyToStandbys({ pipeline }: Lab, slot: string): Promise<void> {
  const replication = { ...pipeline.stack.postgres, user: 'postgres', database: 'orders', replication: 'database' }
  const walSender = knex({ client: 'pg', connection: replication, pool: { min: 0, max: 1 } })
  try {
    await walSender.raw(`ALTER_REPLICATION_SLOT ${slot} (FAILOVER true)`)
  } finally {
    await walSender.destroy()
  }
}

/** A base backup. `pg_basebackup` isn't among the binaries from npm. */
async function copyData(source: Knex, from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true, mode: 0o700 })
  await source.transaction(async session => {
    await session.raw('SELECT pg_backup_start(?, true)', [name])
    const left = new Set(['pg_wal', 'pg_replslot', 'postmaster.pid', 'postmaster.opts'])
    const copied = (await readdir(from)).filter(entry => !left.has(entry)).map(entry => join(from, entry))
    await run('cp', ['-a', ...copied, to])
    const stopped = await session.raw('SELECT labelfile FROM pg_backup_stop(false)')
    await writeFile(join(to, 'backup_label'), stopped.rows[0].labelfile)
  })
  const made = ['pg_wal', 'pg_wal/archive_status', 'pg_wal/summaries', 'pg_replslot'].map(folder => join(to, folder))
  for (const folder of made) await mkdir(folder, { recursive: true, mode: 0o700 })
  await ownedLike(from, [...made, join(to, 'backup_label')])
}

async function ownedLike(model: string, paths: readonly string[]): Promise<void> {
  const { uid, gid } = await stat(model)
  for (const path of paths) await chown(path, uid, gid)
}
