import type { z } from 'zod'

export type Variable = { readonly name: string; readonly description: string; readonly initial: string }

/** The variables of a schema in its order; `initial` is empty where a value must be given or may be left out. */
export function describeConfig(schema: z.ZodObject): readonly Variable[] {
  return Object.entries(schema.shape).map(([name, type]) => {
    const initial = (type as z.ZodType).safeParse(undefined).data as string | number | undefined
    return { name, description: type.description ?? '', initial: initial === undefined ? '' : String(initial) }
  })
}
