import { z } from 'zod'
import { type FieldError, Problem } from './problem.ts'

/** A 400 that names each field that is wrong, and at most twenty of them. */
export function invalidRequest(errors: readonly FieldError[]): Problem {
  const named = errors.slice(0, 20)
  const detail = named.map(({ field, message }) => `${field} ${message}`).join('; ')
  return new Problem(400, { type: 'invalid-request', title: 'The request is not valid', detail, errors: named })
}

/** `input` as `schema` reads it, or a 400 that names the fields; `whole` names the input itself, such as `body`. */
export function validated<Schema extends z.ZodType>(schema: Schema, input: unknown, whole: string): z.output<Schema> {
  const parsed = schema.safeParse(input)
  if (parsed.success) return parsed.data
  throw invalidRequest(
    parsed.error.issues.flatMap(issue =>
      issue.code === 'unrecognized_keys'
        ? issue.keys.map(key => ({ field: key.slice(0, 100), message: 'is not a known field' }))
        : [{ field: issue.path.join('.') || whole, message: issue.message }]
    )
  )
}

/** A whole number in a path or a query. */
export function wholeNumberText(least: number, most: number) {
  const error = `must be a whole number from ${least} to ${most}`
  return z
    .string({ error })
    .regex(/^\d{1,16}$/, { error })
    .transform(Number)
    .refine(value => value >= least && value <= most, { error })
    .meta({ type: 'integer', minimum: least, maximum: most })
}
