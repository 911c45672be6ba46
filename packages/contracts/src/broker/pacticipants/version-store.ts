import { notFound } from '@outbox-cdc/service-kit'
import type { Knex } from 'knex'
import type { Pacticipant } from './pacticipant-store.ts'

export type Version = {
  /** Grows with time: the greatest of some is the latest. */
  readonly id: number
  readonly number: string
  readonly buildUrl: string | null
  readonly createdAt: Date
  readonly branches: readonly string[]
  readonly tags: readonly string[]
}

/** The versions of all participants, with their branches and tags. */
export function versions(db: Knex): Knex.QueryBuilder {
  return db('pacticipant_version as v').select({
    id: 'v.id',
    number: 'v.number',
    buildUrl: 'v.build_url',
    createdAt: 'v.created_at',
    branches: db.raw(
      'ARRAY(SELECT b.branch FROM branch_version b WHERE b.version_id = v.id ORDER BY b.branch)::text[]'
    ),
    tags: db.raw('ARRAY(SELECT t.tag FROM version_tag t WHERE t.version_id = v.id ORDER BY t.tag)::text[]')
  })
}

async function findVersion(db: Knex, { id }: Pacticipant, number: string): Promise<Version | undefined> {
  return await versions(db).where({ 'v.pacticipant_id': id, 'v.number': number }).first()
}

/** Throws a 404 that names it. */
export async function requireVersion(db: Knex, pacticipant: Pacticipant, number: string): Promise<Version> {
  const found = await findVersion(db, pacticipant, number)
  if (found === undefined) throw notFound(`There is no version ${number} of ${pacticipant.name}`)
  return found
}

type NewVersion = { readonly number: string; readonly buildUrl?: string | null | undefined }

/** Two requests that name a new version at once get the same one. */
export async function ensureVersion(
  db: Knex,
  pacticipant: Pacticipant,
  { number, buildUrl }: NewVersion
): Promise<Version> {
  const row = { pacticipant_id: pacticipant.id, number, build_url: buildUrl ?? null }
  const inserting = db('pacticipant_version').insert(row).onConflict(['pacticipant_id', 'number'])
  await (buildUrl == null ? inserting.ignore() : inserting.merge(['build_url']))
  return requireVersion(db, pacticipant, number)
}

const usualMainBranches = ['main', 'master', 'develop']

/** The first usual name of a main branch becomes the participant's main branch, if it has none. */
export async function addToBranch(db: Knex, pacticipant: Pacticipant, { version, branch }: OnBranch): Promise<void> {
  await db('branch_version').insert({ version_id: version.id, branch }).onConflict().ignore()
  if (!usualMainBranches.includes(branch)) return
  await db('pacticipant').where({ id: pacticipant.id }).whereNull('main_branch').update({ main_branch: branch })
}

type OnBranch = { readonly version: Version; readonly branch: string }

export async function tagVersion(db: Knex, { id }: Version, tag: string): Promise<void> {
  await db('version_tag').insert({ version_id: id, tag }).onConflict().ignore()
}
