import type { Knex } from 'knex'
import type { ListedContract, Verification as ShownVerification } from '../../api/page-shapes.ts'
import { type ContractFile, interactionsOf } from '../contracts/contract-file.ts'
import { type Publication, readContent } from '../contracts/contract-store.ts'
import { failuresOf } from '../verifications/failures.ts'
import { latestVerifications, type Verification } from '../verifications/verification-store.ts'

/** Contracts as the pages list them, each with its last result. */
export async function showContracts(db: Knex, publications: readonly Publication[]): Promise<ListedContract[]> {
  const found = await latestVerifications(
    db,
    publications.map(({ contractId }) => contractId)
  )
  const shown: ListedContract[] = []
  for (const publication of publications) {
    const { consumer, provider, kinds, version: number, branches, tags, publishedAt, contractId } = publication
    const last = found.find(each => each.contractId === contractId)
    const verification = last === undefined ? null : await showVerification(db, last)
    const version = { number, branches, tags, publishedAt: publishedAt.toISOString() }
    shown.push({ consumer, provider, kinds, version, verification })
  }
  return shown
}

async function showVerification(db: Knex, verification: Verification): Promise<ShownVerification> {
  const { success, version, verifiedAt, contractId, results } = verification
  const failures = success ? [] : failuresOf(results)
  const names = failures.length === 0 ? new Map<string, string>() : descriptionsOf(await readContent(db, contractId))
  return {
    success,
    providerVersion: version,
    verifiedAt: verifiedAt.toISOString(),
    failures: failures.map(({ interactionId, where, what }) => ({
      interaction: names.get(interactionId ?? '') ?? '',
      where: where ?? '',
      what
    }))
  }
}

const descriptionsOf = (file: ContractFile) =>
  new Map(interactionsOf(file).map(({ id, description }) => [id, description]))
