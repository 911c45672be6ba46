import { notFound } from '@outbox-cdc/service-kit'
import type { Knex } from 'knex'

export type Pacticipant = {
  readonly id: number
  readonly name: string
  readonly displayName: string
  readonly mainBranch: string | null
  readonly repositoryUrl: string | null
  readonly createdAt: Date
}

const columns = {
  id: 'id',
  name: 'name',
  displayName: 'display_name',
  mainBranch: 'main_branch',
  repositoryUrl: 'repository_url',
  createdAt: 'created_at'
}

export async function listPacticipants(db: Knex): Promise<Pacticipant[]> {
  return await db('pacticipant').select(columns).orderBy('name')
}

export async function findPacticipant(db: Knex, name: string): Promise<Pacticipant | undefined> {
  return await db('pacticipant').where({ name }).first(columns)
}

/** Throws a 404 that names it. */
export async function requirePacticipant(db: Knex, name: string): Promise<Pacticipant> {
  const found = await findPacticipant(db, name)
  if (found === undefined) throw notFound(`There is no pacticipant ${name}`)
  return found
}

/** Two requests that name a new participant at once get the same one. */
export async function ensurePacticipant(db: Knex, name: string): Promise<Pacticipant> {
  await db('pacticipant').insert({ name, display_name: name }).onConflict('name').ignore()
  return requirePacticipant(db, name)
}

export type PacticipantChange = {
  readonly displayName?: string | null | undefined
  readonly mainBranch?: string | null | undefined
  readonly repositoryUrl?: string | null | undefined
}

/** Leaves as it is what the change doesn't name. */
export async function changePacticipant(db: Knex, name: string, change: PacticipantChange): Promise<Pacticipant> {
  const { displayName, mainBranch, repositoryUrl } = change
  const set = {
    ...(displayName != null && { display_name: displayName }),
    ...(mainBranch !== undefined && { main_branch: mainBranch }),
    ...(repositoryUrl !== undefined && { repository_url: repositoryUrl })
  }
  if (Object.keys(set).length > 0) await db('pacticipant').where({ name }).update(set)
  return requirePacticipant(db, name)
}
