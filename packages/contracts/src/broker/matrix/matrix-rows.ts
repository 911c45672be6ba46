import type { Publication } from '../contracts/contract-store.ts'
import type { Verification } from '../verifications/verification-store.ts'
import type { Side } from './side.ts'

/** What a version of a consumer expects of a version of a provider, and whether that was verified. */
export type MatrixRow = {
  readonly publication: Publication
  /** Null if no version of the provider is there that could be asked. */
  readonly providerVersion: ProviderVersion | null
  readonly verification: Verification | null
  /** Which version of the provider was asked about. */
  readonly wanted: string
}

export type ProviderVersion = {
  readonly number: string
  readonly branches: readonly string[]
  readonly tags: readonly string[]
}

type Pair = {
  /** The contracts of the consumer's versions with this provider. */
  readonly publications: readonly Publication[]
  /** The last result of each version of the provider for these contracts. */
  readonly verifications: readonly Verification[]
  readonly provider: Pick<Side, 'versions' | 'every' | 'wanted'>
  readonly latestProviderOnly: boolean
}

/** A row for each version of the provider that must, or does, have a result; one without a result if there is none. */
export function rowsOf({ publications, verifications, provider, latestProviderOnly }: Pair): readonly MatrixRow[] {
  const { wanted, every, versions } = provider
  return publications.flatMap((publication): MatrixRow[] => {
    const results = verifications.filter(each => each.contractId === publication.contractId)
    if (versions !== undefined && every) {
      if (versions.length === 0) return [{ publication, providerVersion: null, verification: null, wanted }]
      return versions.map(version => {
        const verification = results.find(each => each.versionId === version.id) ?? null
        return { publication, providerVersion: version, verification, wanted }
      })
    }
    const ids = versions && new Set(versions.map(({ id }) => id))
    const usable = results
      .filter(({ versionId }) => ids === undefined || ids.has(versionId))
      .sort((one, other) => other.versionId - one.versionId)
    const shown = latestProviderOnly ? usable.slice(0, 1) : usable
    if (shown.length === 0) return [{ publication, providerVersion: null, verification: null, wanted }]
    return shown.map(verification => {
      const { version: number, branches } = verification
      return { publication, providerVersion: { number, branches, tags: [] }, verification, wanted }
    })
  })
}
