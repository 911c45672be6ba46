import { randomUUID } from 'node:crypto'
import { notFound } from '@outbox-cdc/service-kit'
import type { Knex } from 'knex'
import type { Pacticipant } from '../pacticipants/pacticipant-store.ts'
import type { Version } from '../pacticipants/version-store.ts'
import type { Environment } from './environment-store.ts'

export type Deployment = {
  readonly id: string
  readonly kind: 'deployed' | 'released'
  readonly pacticipant: string
  readonly version: string
  readonly environmentId: string
  readonly environment: string
  readonly instance: string
  readonly createdAt: Date
  readonly endedAt: Date | null
}

/** All deployments and releases. The aliases are d, v, c (the participant) and e. */
export function deployments(db: Knex): Knex.QueryBuilder {
  return db('deployment as d')
    .join('pacticipant_version as v', 'v.id', 'd.version_id')
    .join('pacticipant as c', 'c.id', 'd.pacticipant_id')
    .join('environment as e', 'e.id', 'd.environment_id')
    .select({
      id: 'd.id',
      kind: 'd.kind',
      pacticipant: 'c.name',
      version: 'v.number',
      environmentId: 'e.id',
      environment: 'e.name',
      instance: 'd.instance',
      createdAt: 'd.created_at',
      endedAt: 'd.ended_at'
    })
}

export async function requireDeployment(db: Knex, id: string): Promise<Deployment> {
  const found = /^[0-9a-f-]{36}$/i.test(id) ? await deployments(db).where('d.id', id).first() : undefined
  if (found === undefined) throw notFound(`There is no deployment or release with the id ${id.slice(0, 100)}`)
  return found
}

type Place = {
  readonly pacticipant: Pacticipant
  readonly version: Version
  readonly environment: Environment
  readonly instance: string
}

/** Replaces the version that was deployed there before. Two at once take turns. */
export async function recordDeployment(
  trx: Knex.Transaction,
  { pacticipant, version, environment, instance }: Place
): Promise<Deployment> {
  // The lock of a row that always exists: without an earlier deployment, there'd be nothing to wait at.
  await trx('pacticipant').where({ id: pacticipant.id }).forUpdate().first('id')
  const place = { kind: 'deployed', pacticipant_id: pacticipant.id, environment_id: environment.id, instance }
  const current = await trx('deployment')
    .where(place)
    .whereNull('ended_at')
    .first({ id: 'id', versionId: 'version_id' })
  if (current?.versionId === version.id) return requireDeployment(trx, current.id)
  if (current !== undefined) await trx('deployment').where({ id: current.id }).update({ ended_at: trx.fn.now() })
  const id = randomUUID()
  await trx('deployment').insert({ id, ...place, version_id: version.id })
  return requireDeployment(trx, id)
}

/** A version that is released already stays so. */
export async function recordRelease(db: Knex, { pacticipant, version, environment }: Place): Promise<Deployment> {
  const key = { kind: 'released', version_id: version.id, environment_id: environment.id }
  await db.raw(
    `INSERT INTO deployment (id, kind, pacticipant_id, version_id, environment_id) VALUES (?, 'released', ?, ?, ?)
     ON CONFLICT (version_id, environment_id) WHERE kind = 'released' AND ended_at IS NULL DO NOTHING`,
    [randomUUID(), pacticipant.id, version.id, environment.id]
  )
  const { id } = await db('deployment').where(key).whereNull('ended_at').first('id')
  return requireDeployment(db, id)
}

/** The end of a deployment, or of a release's support. A second end changes nothing. */
export async function endDeployment(db: Knex, id: string): Promise<Deployment> {
  await requireDeployment(db, id)
  await db('deployment').where({ id }).whereNull('ended_at').update({ ended_at: db.fn.now() })
  return requireDeployment(db, id)
}
