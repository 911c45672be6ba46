import { notFound } from '@outbox-cdc/service-kit'
import type { Knex } from 'knex'
import type { Pacticipant } from '../pacticipants/pacticipant-store.ts'
import type { Version } from '../pacticipants/version-store.ts'
import { type ContractFile, type ContractKind, contentHash, kindsOf } from './contract-file.ts'

/** A contract, as one version of its consumer published it. */
export type Publication = {
  readonly consumer: string
  readonly consumerId: number
  readonly provider: string
  readonly providerId: number
  readonly versionId: number
  readonly version: string
  readonly branches: readonly string[]
  readonly tags: readonly string[]
  readonly contractId: number
  readonly hash: string
  readonly kinds: readonly ContractKind[]
  readonly publishedAt: Date
}

/** All publications. The aliases are p, v (the consumer's version), c, s (the provider) and k (the contract). */
export function publications(db: Knex): Knex.QueryBuilder {
  return db('publication as p')
    .join('pacticipant_version as v', 'v.id', 'p.version_id')
    .join('pacticipant as c', 'c.id', 'v.pacticipant_id')
    .join('pacticipant as s', 's.id', 'p.provider_id')
    .join('contract as k', 'k.id', 'p.contract_id')
    .select({
      consumer: 'c.name',
      consumerId: 'c.id',
      provider: 's.name',
      providerId: 's.id',
      versionId: 'v.id',
      version: 'v.number',
      branches: db.raw('ARRAY(SELECT b.branch FROM branch_version b WHERE b.version_id = v.id ORDER BY 1)::text[]'),
      tags: db.raw('ARRAY(SELECT t.tag FROM version_tag t WHERE t.version_id = v.id ORDER BY 1)::text[]'),
      contractId: 'k.id',
      hash: 'k.hash',
      kinds: 'k.kinds',
      publishedAt: 'p.published_at'
    })
}

/** Each pair of a consumer and a provider, by the latest version that published a contract. */
export function latestPublications(db: Knex): Knex.QueryBuilder {
  return publications(db)
    .distinctOn('c.name', 's.name')
    .orderBy(['c.name', 's.name', { column: 'v.id', order: 'desc' }])
}

export type Pair = { readonly consumer: string; readonly provider: string }

function publicationsOf(db: Knex, { consumer, provider }: Pair): Knex.QueryBuilder {
  return publications(db).where({ 'c.name': consumer, 's.name': provider }).orderBy('v.id', 'desc')
}

/** What a version publishes for a provider; the latest version if none is named. Throws a 404 that names what is missing. */
export async function requirePublication(db: Knex, pair: Pair, version?: string): Promise<Publication> {
  const query = publicationsOf(db, pair)
  if (version !== undefined) void query.where('v.number', version)
  const found: Publication | undefined = await query.first()
  if (found !== undefined) return found
  const which = version === undefined ? pair.consumer : `version ${version} of ${pair.consumer}`
  throw notFound(`There is no contract between ${which} and ${pair.provider}`)
}

/** The latest version that published this content. */
export async function requirePublishedContent(db: Knex, pair: Pair, hash: string): Promise<Publication> {
  const found: Publication | undefined = await publicationsOf(db, pair).where('k.hash', hash).first()
  if (found !== undefined) return found
  throw notFound(`There is no contract ${hash} between ${pair.consumer} and ${pair.provider}`)
}

export async function readContent(db: Knex, contractId: number): Promise<ContractFile> {
  const { content } = await db('contract').where({ id: contractId }).first('content')
  return content
}

type NewContract = { readonly consumer: Pacticipant; readonly provider: Pacticipant; readonly file: ContractFile }
export type StoredContract = { readonly id: number; readonly hash: string }

/** Stores a content once; the same content again is the same contract. */
export async function ensureContract(db: Knex, { consumer, provider, file }: NewContract): Promise<StoredContract> {
  const hash = contentHash(file)
  const key = { consumer_id: consumer.id, provider_id: provider.id, hash }
  await db('contract')
    .insert({ ...key, content: JSON.stringify(file), kinds: [...kindsOf(file)] })
    .onConflict(['consumer_id', 'provider_id', 'hash'])
    .ignore()
  const { id } = await db('contract').where(key).first('id')
  return { id, hash }
}

type ToPublish = { readonly version: Version; readonly provider: Pacticipant; readonly contractId: number }
export type Published = 'new' | 'same' | 'different'

/** A version has one contract with each provider, whichever of two publishes at once comes first. */
export async function publishOnce(db: Knex, { version, provider, contractId }: ToPublish): Promise<Published> {
  const key = { version_id: version.id, provider_id: provider.id }
  const inserted = await db('publication')
    .insert({ ...key, contract_id: contractId })
    .onConflict(['version_id', 'provider_id'])
    .ignore()
    .returning('version_id')
  if (inserted.length > 0) return 'new'
  const { contract_id: earlier } = await db('publication').where(key).first('contract_id')
  return earlier === contractId ? 'same' : 'different'
}

export async function replacePublication(db: Knex, { version, provider, contractId }: ToPublish): Promise<void> {
  const key = { version_id: version.id, provider_id: provider.id }
  await db('publication').where(key).update({ contract_id: contractId, published_at: db.fn.now() })
}
