import type { Knex } from 'knex'
import type { EdgeStatus, Graph } from '../../api/page-shapes.ts'
import { type ContractFile, type ContractKind, interactionsOf } from '../contracts/contract-file.ts'
import { latestPublications, type Publication, readContent } from '../contracts/contract-store.ts'
import { interactionResults } from '../verifications/failures.ts'
import { latestVerifications, type Verification } from '../verifications/verification-store.ts'

/** An edge for each kind of contract of each pair, by the latest version that published one. */
export async function viewGraph(db: Knex): Promise<Graph> {
  const found: Publication[] = await latestPublications(db)
  const results = await latestVerifications(
    db,
    found.map(({ contractId }) => contractId)
  )
  const edges: Graph['edges'][number][] = []
  for (const { consumer, provider, kinds, contractId } of found) {
    const last = results.find(each => each.contractId === contractId)
    const failed = last?.success === false && kinds.length > 1 ? await readContent(db, contractId) : undefined
    for (const kind of kinds) edges.push({ from: consumer, to: provider, kind, status: statusOf(kind, last, failed) })
  }
  const names = new Set(edges.flatMap(({ from, to }) => [from, to]))
  return { nodes: [...names].sort().map(name => ({ name })), edges }
}

/** Where messages fail, the requests of the same contract may still be fine. */
function statusOf(kind: ContractKind, last: Verification | undefined, failed: ContractFile | undefined): EdgeStatus {
  if (last === undefined) return 'unverified'
  if (last.success) return 'verified'
  if (failed === undefined) return 'failed'
  const success = new Map(interactionResults(last.results).map(each => [each.interactionId, each.success]))
  const ofKind = interactionsOf(failed).filter(each => each.kind === kind)
  return ofKind.every(({ id }) => success.get(id) === true) ? 'verified' : 'failed'
}
