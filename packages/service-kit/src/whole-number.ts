import { z } from 'zod'

/** A whole number in a path or a query. */
export function wholeNumberText(least: number, most: number) {
  const error = `must be a whole number from ${least} to ${most}`
  return z
    .string({ error })
    .transform((text, context) => {
      const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN
      if (value >= least && value <= most) return value
      context.addIssue({ code: 'custom', message: error })
      return z.NEVER
    })
    .meta({ type: 'integer', minimum: least, maximum: most })
}
