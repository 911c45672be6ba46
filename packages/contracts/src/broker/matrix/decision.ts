import { failuresOf, sayFailure } from '../verifications/failures.ts'
import type { MatrixRow } from './matrix-rows.ts'

export type Decision = {
  /** Null if a result is missing that may still come. */
  readonly deployable: boolean | null
  readonly reasons: readonly string[]
  readonly success: number
  readonly failed: number
  readonly unknown: number
}

type Asked = {
  /** What was asked about and doesn't exist, such as `version 1 of order-service`. */
  readonly missing: readonly string[]
  /** What was asked, in a sentence without contracts. */
  readonly subject: string
  readonly rows: readonly MatrixRow[]
}

/** Whether what is asked about may go out: yes, if every contract in question was verified with success. */
export function decide({ missing, subject, rows }: Asked): Decision {
  const failed = rows.filter(row => row.verification?.success === false)
  const unknown = rows.filter(row => row.verification === null)
  const success = rows.length - failed.length - unknown.length
  const counts = { success, failed: failed.length, unknown: unknown.length }
  const reasons = [
    ...missing.map(each => `The broker knows no ${each}.`),
    ...failed.map(sayFailed),
    ...unknown.map(sayUnknown)
  ]
  if (missing.length > 0 || failed.length > 0) return { deployable: false, reasons: unique(reasons), ...counts }
  if (unknown.length > 0) return { deployable: null, reasons: unique(reasons), ...counts }
  const yes =
    rows.length === 0 ? `${subject} has no contract that could break.` : 'All contracts in question are verified.'
  return { deployable: true, reasons: [yes], ...counts }
}

const unique = (sentences: readonly string[]): readonly string[] => [...new Set(sentences)]

function sayFailed({ publication, providerVersion, verification }: MatrixRow): string {
  const { consumer, version, provider } = publication
  const [first] = failuresOf(verification?.results)
  const why = first === undefined ? '' : `: ${sayFailure(first)}`
  return `${provider} ${providerVersion?.number ?? ''} breaks its contract with ${consumer} ${version}${why}`
}

function sayUnknown({ publication, providerVersion, wanted }: MatrixRow): string {
  const { consumer, version, provider } = publication
  const contract = `the contract between ${consumer} ${version} and ${provider}`
  if (providerVersion !== null) return `${provider} ${providerVersion.number} has no result yet for ${contract}.`
  if (wanted === 'any version') return `No version of ${provider} has a result yet for ${contract}.`
  return `There is no result for ${contract}: ${provider} has not verified it as ${wanted}, or there is no such version.`
}
