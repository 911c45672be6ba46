import type { Knex } from 'knex'
import { type Publication, publications } from '../contracts/contract-store.ts'
import type { Pacticipant } from '../pacticipants/pacticipant-store.ts'
import type { ForVerification, Selector } from './selectors.ts'
import { verifications } from './verification-store.ts'

export type ToVerify = {
  /** The latest version that was selected with this content. */
  readonly publication: Publication
  readonly why: readonly string[]
  /** A failure of it doesn't fail the provider's build; undefined if the provider doesn't ask. */
  readonly pending: boolean | undefined
}

/** The contracts that a provider has to verify, each content once. */
export async function contractsToVerify(
  db: Knex,
  provider: Pacticipant,
  request: ForVerification & { readonly selectors: readonly Selector[] }
): Promise<readonly ToVerify[]> {
  const found = new Map<number, { publication: Publication; why: string[] }>()
  for (const selector of request.selectors) {
    for (const publication of await select(db, provider, selector)) {
      const why = `version ${publication.version} of ${publication.consumer} is ${selector.why}`
      const earlier = found.get(publication.contractId)
      if (earlier === undefined) found.set(publication.contractId, { publication, why: [why] })
      else if (!earlier.why.includes(why)) earlier.why.push(why)
    }
  }
  const verified = request.includePendingStatus === true ? await verifiedBefore(db, provider, request) : undefined
  return [...found.values()].map(({ publication, why }) => ({
    publication,
    why,
    pending: verified && !verified.has(publication.contractId)
  }))
}

async function select(db: Knex, provider: Pacticipant, selector: Selector): Promise<Publication[]> {
  const found = await selected(db, provider, selector)
  const { fallback, ...rest } = selector
  if (found.length > 0 || fallback === undefined) return found
  const instead = rest.branch === undefined ? { tag: fallback } : { branch: fallback }
  return await selected(db, provider, { ...rest, ...instead })
}

async function selected(db: Knex, provider: Pacticipant, selector: Selector): Promise<Publication[]> {
  const query = publications(db).where('p.provider_id', provider.id)
  const { consumer, branch, tag, stays, environment } = selector
  if (consumer !== undefined) void query.where('c.name', consumer)
  if (branch !== undefined) void query.whereExists(onBranch(db).where('b.branch', branch))
  if (selector.mainBranch) void query.whereExists(onBranch(db).whereRaw('b.branch = c.main_branch'))
  if (selector.withoutMainBranch) void query.whereNull('c.main_branch')
  if (tag !== undefined)
    void query.whereExists(db('version_tag as t').whereRaw('t.version_id = v.id').where('t.tag', tag))
  if (stays !== undefined) void query.whereExists(staying(db, stays, environment))
  if (!selector.latest) return await query.orderBy('v.id', 'desc')
  return await query.distinctOn('c.id').orderBy(['c.id', { column: 'v.id', order: 'desc' }])
}

const onBranch = (db: Knex) => db('branch_version as b').whereRaw('b.version_id = v.id')

function staying(db: Knex, kinds: readonly string[], environment: string | undefined): Knex.QueryBuilder {
  const query = db('deployment as d')
    .join('environment as e', 'e.id', 'd.environment_id')
    .whereRaw('d.version_id = v.id AND d.ended_at IS NULL')
    .whereIn('d.kind', [...kinds])
  return environment === undefined ? query : query.where('e.name', environment)
}

/** The contents that the provider has verified on this branch or with one of these tags; on any, if it names none. */
async function verifiedBefore(db: Knex, { id }: Pacticipant, request: ForVerification): Promise<ReadonlySet<number>> {
  const { providerVersionBranch: branch, providerVersionTags: tags } = request
  const query = verifications(db).clearSelect().distinct({ contractId: 'r.contract_id' })
  void query.where({ 'w.pacticipant_id': id, 'r.success': true })
  if (branch != null)
    void query.whereExists(db('branch_version as b').whereRaw('b.version_id = w.id').where('b.branch', branch))
  else if (tags != null)
    void query.whereExists(db('version_tag as t').whereRaw('t.version_id = w.id').whereIn('t.tag', [tags].flat()))
  const rows: { contractId: number }[] = await query
  return new Set(rows.map(({ contractId }) => contractId))
}
