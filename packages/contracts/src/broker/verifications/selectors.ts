import { invalidRequest } from '@outbox-cdc/service-kit'
import { z } from 'zod'
import { nameSchema } from '../hal/input.ts'

const name = nameSchema.nullish()
const flag = z.boolean({ error: 'must be true or false' }).nullish()

const selectorSchema = z.looseObject({
  consumer: name,
  mainBranch: flag,
  branch: name,
  fallbackBranch: name,
  matchingBranch: flag,
  tag: name,
  fallbackTag: name,
  latest: flag,
  deployed: flag,
  released: flag,
  deployedOrReleased: flag,
  environment: name
})

export const forVerificationSchema = z.looseObject({
  consumerVersionSelectors: z.array(selectorSchema).max(50, { error: 'has more than 50 selectors' }).nullish(),
  includePendingStatus: flag,
  providerVersionBranch: name,
  providerVersionTags: z.union([nameSchema, z.array(nameSchema).max(50)]).nullish()
})

export type ForVerification = z.output<typeof forVerificationSchema>
type Given = z.output<typeof selectorSchema>

/** Which of the consumers' versions are meant. Only the latest one of each consumer, or all that match. */
export type Selector = {
  readonly consumer?: string
  readonly latest: boolean
  readonly branch?: string
  /** Taken if no version is on the branch, or has the tag. */
  readonly fallback?: string
  readonly mainBranch?: true
  /** Consumers that have no main branch. */
  readonly withoutMainBranch?: true
  readonly tag?: string
  readonly stays?: readonly ('deployed' | 'released')[]
  readonly environment?: string
  /** In a sentence, after "because it's". */
  readonly why: string
}

/** What is verified if the provider doesn't say: what is on the main branch, and what is in use. */
const usual: readonly Selector[] = [
  { latest: true, mainBranch: true, why: 'the latest on the main branch' },
  { latest: true, withoutMainBranch: true, why: 'the latest' },
  { latest: false, stays: ['deployed', 'released'], why: 'deployed or released' }
]

/** Throws a 400 that names a selector that selects nothing that this broker knows. */
export function readSelectors({
  consumerVersionSelectors,
  providerVersionBranch
}: ForVerification): readonly Selector[] {
  const given = consumerVersionSelectors ?? []
  if (given.length === 0) return usual
  return given.map((selector, at) => {
    const read = readSelector(selector, providerVersionBranch ?? undefined)
    if (typeof read !== 'string') return selector.consumer == null ? read : { ...read, consumer: selector.consumer }
    throw invalidRequest([{ field: `consumerVersionSelectors.${at}`, message: read }])
  })
}

function readSelector(given: Given, providerBranch: string | undefined): Selector | string {
  const { branch, tag, environment } = given
  if (given.mainBranch === true) return { latest: true, mainBranch: true, why: 'the latest on the main branch' }
  if (given.matchingBranch === true) {
    if (providerBranch === undefined) return 'has matchingBranch, but the request has no providerVersionBranch'
    return { latest: true, branch: providerBranch, why: `the latest on the branch ${providerBranch}` }
  }
  if (branch != null) {
    const fallback = given.fallbackBranch == null ? {} : { fallback: given.fallbackBranch }
    return { latest: given.latest !== false, branch, ...fallback, why: `the latest on the branch ${branch}` }
  }
  if (tag != null) {
    const latest = given.latest === true
    const fallback = given.fallbackTag == null ? {} : { fallback: given.fallbackTag }
    return { latest, tag, ...fallback, why: `${latest ? 'the latest ' : ''}tagged ${tag}` }
  }
  const stays = staysOf(given)
  if (stays.length > 0) {
    const where = environment == null ? {} : { environment }
    return {
      latest: false,
      stays,
      ...where,
      why: `${stays.join(' or ')}${environment == null ? '' : ` in ${environment}`}`
    }
  }
  if (given.latest === true) return { latest: true, why: 'the latest' }
  return 'must have one of mainBranch, branch, matchingBranch, tag, latest, deployed, released, deployedOrReleased, environment'
}

function staysOf({ deployed, released, deployedOrReleased, environment }: Given): ('deployed' | 'released')[] {
  if (deployedOrReleased === true || (deployed === true && released === true)) return ['deployed', 'released']
  if (deployed === true) return ['deployed']
  if (released === true) return ['released']
  return environment == null ? [] : ['deployed', 'released']
}
