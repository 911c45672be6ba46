import { invalidRequest } from '@outbox-cdc/service-kit'
import type { Knex } from 'knex'
import { type Publication, publications } from '../contracts/contract-store.ts'
import { findEnvironment } from '../environments/environment-store.ts'
import { lastVerifications } from '../verifications/verification-store.ts'
import { type Decision, decide } from './decision.ts'
import type { MatrixQuery, MatrixSelector } from './matrix-query.ts'
import { type MatrixRow, rowsOf } from './matrix-rows.ts'
import { findSide, type Side } from './side.ts'

export type Matrix = {
  /** Newest first. */
  readonly rows: readonly MatrixRow[]
  readonly ignored: readonly MatrixRow[]
  readonly decision: Decision
}

/** The rows of a question, and its answer. Several queries of one moment, so that they fit each other. */
export async function readMatrix(db: Knex, query: MatrixQuery): Promise<Matrix> {
  return await db.transaction(trx => answer(trx, query), { isolationLevel: 'repeatable read', readOnly: true })
}

async function answer(db: Knex, query: MatrixQuery): Promise<Matrix> {
  await requireEnvironments(db, query)
  const sides: Side[] = []
  const missing: string[] = []
  for (const selector of query.selectors) {
    const side = await findSide(db, selector)
    if (side === undefined) missing.push(`pacticipant ${selector.pacticipant}`)
    else if (side.versions?.length === 0) missing.push(`${side.wanted} of ${side.pacticipant.name}`)
    if (side !== undefined) sides.push(side)
  }
  const all: MatrixRow[] = []
  for (const pair of await findPairs(db, query, sides)) all.push(...(await rowsOfPair(db, query, pair)))
  const isIgnored = ({ publication, providerVersion }: MatrixRow) =>
    query.ignored.some(
      ({ pacticipant, version }) =>
        (pacticipant === publication.consumer && (version ?? publication.version) === publication.version) ||
        (pacticipant === publication.provider && (version ?? providerVersion?.number) === providerVersion?.number)
    )
  const rows = all.filter(row => !isIgnored(row))
  const subject = query.selectors
    .map(({ pacticipant, version = '' }) => `${pacticipant} ${version}`.trim())
    .join(' and ')
  return {
    rows: rows.slice(0, query.limit),
    ignored: all.filter(isIgnored),
    decision: decide({ missing, subject, rows })
  }
}

type PairOfSides = { readonly consumer: Side; readonly provider: Side }

/** Who is asked about whom: those that are named about each other, and about all others that count as in the target. */
async function findPairs(db: Knex, query: MatrixQuery, sides: readonly Side[]): Promise<readonly PairOfSides[]> {
  const pairs: PairOfSides[] = []
  const named = (name: string) => sides.find(({ pacticipant }) => pacticipant.name === name)
  const alone = query.selectors.length === 1
  const other = (pacticipant: string) => {
    if (query.target !== undefined) return findSide(db, { pacticipant, ...query.target })
    return alone ? findSide(db, { pacticipant }) : Promise.resolve(undefined)
  }
  for (const side of sides) {
    for (const name of await providersOf(db, side)) {
      const provider = named(name) ?? (await other(name))
      if (provider !== undefined) pairs.push({ consumer: side, provider })
    }
    for (const name of await consumersOf(db, side)) {
      const consumer = named(name) === undefined ? await other(name) : undefined
      // A consumer that isn't there can't break.
      if (consumer !== undefined && consumer.versions?.length !== 0) pairs.push({ consumer, provider: side })
    }
  }
  return pairs
}

async function providersOf(db: Knex, side: Side): Promise<readonly string[]> {
  const query = publicationsOfSide(db, side).clearSelect().distinct({ name: 's.name' }).orderBy('name')
  const rows: { name: string }[] = await query
  return rows.map(({ name }) => name)
}

async function consumersOf(db: Knex, { pacticipant }: Side): Promise<readonly string[]> {
  const query = publications(db).clearSelect().distinct({ name: 'c.name' }).orderBy('name')
  const rows: { name: string }[] = await query.where('p.provider_id', pacticipant.id)
  return rows.map(({ name }) => name)
}

function publicationsOfSide(db: Knex, { pacticipant, versions }: Side): Knex.QueryBuilder {
  const query = publications(db).where('c.id', pacticipant.id)
  return versions === undefined
    ? query
    : query.whereIn(
        'v.id',
        versions.map(({ id }) => id)
      )
}

async function rowsOfPair(
  db: Knex,
  query: MatrixQuery,
  { consumer, provider }: PairOfSides
): Promise<readonly MatrixRow[]> {
  const found: Publication[] = await publicationsOfSide(db, consumer)
    .where('p.provider_id', provider.pacticipant.id)
    .orderBy('v.id', 'desc')
    .limit(query.limit)
  const verifications = await lastVerifications(db, [...new Set(found.map(({ contractId }) => contractId))])
  return rowsOf({ publications: found, verifications, provider, latestProviderOnly: query.latestProviderOnly })
}

/** A wrong name of an environment must not look like one in which nothing runs. */
async function requireEnvironments(db: Knex, { target, selectors }: MatrixQuery): Promise<void> {
  const environmentOf = ({ environment }: Partial<MatrixSelector>) => environment ?? []
  for (const name of [target ?? {}, ...selectors].flatMap(environmentOf))
    if ((await findEnvironment(db, name)) === undefined)
      // The tool prints nothing of a 404.
      throw invalidRequest([{ field: 'environment', message: `${name} does not exist` }])
}
