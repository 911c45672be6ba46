import type { z } from 'zod'

export type Variable = { readonly name: string; readonly description: string; readonly initial: string }

/** The variables of a schema, in order; `initial` is empty for a required or optional value without a default. */
export function describeConfig(schema: z.ZodObject): readonly Variable[] {
  return Object.entries(schema.shape).map(([name, type]) => {
    const initial = (type as z.ZodType).safeParse(undefined).data as string | number | undefined
    return { name, description: type.description ?? '', initial: initial === undefined ? '' : String(initial) }
  })
}
