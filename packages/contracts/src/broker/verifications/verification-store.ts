import type { Knex } from 'knex'
import type { Publication } from '../contracts/contract-store.ts'
import type { Version } from '../pacticipants/version-store.ts'

export type Verification = {
  readonly id: number
  readonly contractId: number
  readonly number: number
  /** The provider's version. */
  readonly versionId: number
  readonly version: string
  readonly branches: readonly string[]
  readonly success: boolean
  /** As the verifier sent them. */
  readonly results: unknown
  readonly buildUrl: string | null
  readonly verifiedAt: Date
}

/** All verifications. The aliases are r and w (the provider's version). */
export function verifications(db: Knex): Knex.QueryBuilder {
  return db('verification as r')
    .join('pacticipant_version as w', 'w.id', 'r.version_id')
    .select({
      id: 'r.id',
      contractId: 'r.contract_id',
      number: 'r.number',
      versionId: 'w.id',
      version: 'w.number',
      branches: db.raw('ARRAY(SELECT b.branch FROM branch_version b WHERE b.version_id = w.id ORDER BY 1)::text[]'),
      success: 'r.success',
      results: 'r.results',
      buildUrl: 'r.build_url',
      verifiedAt: 'r.verified_at'
    })
}

/** The last result of each provider version for each of these contracts. */
export async function lastVerifications(db: Knex, contractIds: readonly number[]): Promise<Verification[]> {
  return await verifications(db)
    .distinctOn('r.contract_id', 'r.version_id')
    .whereIn('r.contract_id', [...contractIds])
    .orderBy(['r.contract_id', 'r.version_id', { column: 'r.number', order: 'desc' }])
}

/** The last result of each of these contracts, whichever version of the provider it's about. */
export async function latestVerifications(db: Knex, contractIds: readonly number[]): Promise<Verification[]> {
  return await verifications(db)
    .distinctOn('r.contract_id')
    .whereIn('r.contract_id', [...contractIds])
    .orderBy(['r.contract_id', { column: 'r.number', order: 'desc' }])
}

type NewVerification = {
  readonly contract: Pick<Publication, 'contractId'>
  readonly version: Version
  readonly success: boolean
  readonly results: unknown
  readonly buildUrl: string | null
}

/** Numbers the results of a contract from 1 on; two at once get two numbers. */
export async function addVerification(trx: Knex.Transaction, added: NewVerification): Promise<number> {
  const { contract, version, success, results, buildUrl } = added
  await trx('contract').where({ id: contract.contractId }).forUpdate().first('id')
  const found = await trx('verification').where({ contract_id: contract.contractId }).max({ last: 'number' }).first()
  const number = Number(found?.last ?? 0) + 1
  await trx('verification').insert({
    contract_id: contract.contractId,
    number,
    version_id: version.id,
    success,
    results: JSON.stringify(results),
    build_url: buildUrl
  })
  return number
}
