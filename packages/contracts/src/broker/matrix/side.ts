import type { Knex } from 'knex'
import { findPacticipant, type Pacticipant } from '../pacticipants/pacticipant-store.ts'
import { type Version, versions } from '../pacticipants/version-store.ts'
import type { MatrixSelector } from './matrix-query.ts'

/** A participant, with the versions of it that are asked about. */
export type Side = {
  readonly pacticipant: Pacticipant
  /** Undefined if any version will do. */
  readonly versions: readonly Version[] | undefined
  /** Whether each of them must be compatible, or one is enough. */
  readonly every: boolean
  /** In a sentence, such as `version 1.0.0` or `the version in production`. */
  readonly wanted: string
}

/** Undefined if there is no such participant. */
export async function findSide(db: Knex, selector: MatrixSelector): Promise<Side | undefined> {
  const pacticipant = await findPacticipant(db, selector.pacticipant)
  if (pacticipant === undefined) return undefined
  const wanted = sayWanted(selector, pacticipant)
  if (wanted === undefined) return { pacticipant, versions: undefined, every: false, wanted: 'any version' }
  const every = selector.version !== undefined || selector.environment !== undefined || isLatest(selector)
  return { pacticipant, versions: await findVersions(db, pacticipant, selector), every, wanted }
}

const isLatest = ({ latest, mainBranch }: MatrixSelector) => latest === true || mainBranch === true

function sayWanted(selector: MatrixSelector, { mainBranch }: Pacticipant): string | undefined {
  const { version, branch, tag, environment } = selector
  if (version !== undefined) return `version ${version}`
  if (environment !== undefined) return `the version in ${environment}`
  const which = isLatest(selector) ? 'the latest version' : 'a version'
  if (selector.mainBranch === true) return `${which} on the main branch${mainBranch === null ? '' : ` ${mainBranch}`}`
  if (branch !== undefined) return `${which} on the branch ${branch}`
  if (tag !== undefined) return `${which} tagged ${tag}`
  return selector.latest === true ? which : undefined
}

async function findVersions(db: Knex, { id, mainBranch }: Pacticipant, selector: MatrixSelector): Promise<Version[]> {
  const query = versions(db).where('v.pacticipant_id', id).orderBy('v.id', 'desc')
  const onBranch = (branch: string) =>
    query.whereExists(db('branch_version as x').whereRaw('x.version_id = v.id').where('x.branch', branch))
  const { version, branch, tag, environment } = selector
  if (version !== undefined) void query.where('v.number', version)
  if (branch !== undefined) void onBranch(branch)
  if (selector.mainBranch === true && mainBranch === null) return []
  if (selector.mainBranch === true && mainBranch !== null) void onBranch(mainBranch)
  if (tag !== undefined)
    void query.whereExists(db('version_tag as x').whereRaw('x.version_id = v.id').where('x.tag', tag))
  if (environment !== undefined) void query.whereExists(inEnvironment(db, environment))
  return await query.limit(isLatest(selector) ? 1 : 1000)
}

const inEnvironment = (db: Knex, name: string) =>
  db('deployment as d')
    .join('environment as e', 'e.id', 'd.environment_id')
    .whereRaw('d.version_id = v.id AND d.ended_at IS NULL')
    .where('e.name', name)
