import type { Knex } from 'knex'
import type { MatrixRow as ShownRow } from '../../api/page-shapes.ts'
import { type Publication, publications } from '../contracts/contract-store.ts'
import { type Deployment, deployments } from '../environments/deployment-store.ts'
import { rowsOf } from '../matrix/matrix-rows.ts'
import { lastVerifications } from '../verifications/verification-store.ts'

type Asked = { readonly consumer?: string | undefined; readonly provider?: string | undefined }

const most = 500

/** Each version of a consumer with each version of the provider that verified its contract, newest first. */
export async function viewMatrix(db: Knex, { consumer, provider }: Asked): Promise<readonly ShownRow[]> {
  const query = publications(db).orderBy([
    { column: 'v.id', order: 'desc' },
    { column: 's.name', order: 'asc' }
  ])
  if (consumer !== undefined) void query.where('c.name', consumer)
  if (provider !== undefined) void query.where('s.name', provider)
  const found: Publication[] = await query.limit(most)
  const verifications = await lastVerifications(db, [...new Set(found.map(({ contractId }) => contractId))])
  const current: Deployment[] = await deployments(db).whereNull('d.ended_at').orderBy('e.name')
  const environmentsOf = (name: string, version: string | undefined) => [
    ...new Set(
      current
        .filter(each => each.pacticipant === name && each.version === version)
        .map(({ environment }) => environment)
    )
  ]
  const any = { versions: undefined, every: false, wanted: 'any version' }
  return rowsOf({ publications: found, verifications, provider: any, latestProviderOnly: false })
    .slice(0, most)
    .map(({ publication, providerVersion, verification }) => ({
      consumer: {
        name: publication.consumer,
        version: publication.version,
        branches: publication.branches,
        tags: publication.tags,
        environments: environmentsOf(publication.consumer, publication.version),
        publishedAt: publication.publishedAt.toISOString()
      },
      provider: {
        name: publication.provider,
        version: providerVersion?.number ?? null,
        branches: providerVersion?.branches ?? [],
        tags: providerVersion?.tags ?? [],
        environments: environmentsOf(publication.provider, providerVersion?.number)
      },
      verification: verification && {
        success: verification.success,
        verifiedAt: verification.verifiedAt.toISOString()
      }
    }))
}
