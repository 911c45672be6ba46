import { z } from 'zod'

const mismatchSchema = z.looseObject({
  attribute: z.string().optional(),
  identifier: z.string().optional(),
  description: z.string().optional()
})
const testResultSchema = z.looseObject({
  interactionId: z.string().nullish(),
  interactionDescription: z.string().nullish(),
  success: z.boolean().nullish(),
  mismatches: z.array(mismatchSchema).nullish(),
  exceptions: z.array(z.looseObject({ message: z.string().nullish() })).nullish()
})

export type Failure = {
  readonly interactionId: string | null
  /** Where in the body, the headers or the message, such as `$.payload.quantity`; null if the verifier doesn't say. */
  readonly where: string | null
  readonly what: string
}

export type InteractionResult = {
  readonly interactionId: string
  readonly success: boolean
  readonly failures: Failure[]
}

/** The result of each interaction, as far as the verifier told one. A result of another shape is left out. */
export function interactionResults(results: unknown): readonly InteractionResult[] {
  return readResults(results).flatMap(result => {
    const interactionId = result.interactionId ?? undefined
    if (interactionId === undefined) return []
    const failures = failuresIn(result)
    return [{ interactionId, success: result.success ?? failures.length === 0, failures }]
  })
}

/** What the verifier found wrong, in its order. */
export const failuresOf = (results: unknown): readonly Failure[] => readResults(results).flatMap(failuresIn)

/** One failure in a few words, for a sentence. */
export const sayFailure = ({ where, what }: Failure): string =>
  `${where === null || what.includes(where) ? '' : `${where}: `}${what}`.slice(0, 300)

type TestResult = z.output<typeof testResultSchema>

function failuresIn({ interactionId = null, success, mismatches, exceptions }: TestResult): Failure[] {
  if (success === true) return []
  const found = (mismatches ?? []).flatMap(({ attribute, identifier, description: what = 'does not match' }) =>
    placesOf(identifier ?? attribute ?? null, what).map(where => ({ interactionId, where, what }))
  )
  const thrown = (exceptions ?? []).map(({ message }) => ({ interactionId, where: null, what: message ?? 'failed' }))
  return [...found, ...thrown]
}

/** Where keys are missing, the verifier names only what should have them. */
function placesOf(place: string | null, what: string): readonly (string | null)[] {
  const keys = /missing the following keys: (.+)$/.exec(what)?.[1]
  if (keys === undefined || place?.startsWith('$') !== true) return [place]
  return keys.split(', ').map(key => `${place}.${key}`)
}

function readResults(results: unknown): readonly TestResult[] {
  const list: unknown[] = Array.isArray(results) ? results : []
  return list.map(each => testResultSchema.safeParse(each).data).filter(result => result !== undefined)
}
