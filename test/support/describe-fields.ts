import type { z } from 'zod'
import type { Variable } from './describe-config.ts'

/** The fields of a schema, in order, those of an object inside it by their path: `aggregate.table`. */
export function describeFields(schema: z.ZodObject, prefix = ''): readonly Variable[] {
  return Object.entries(schema.shape).flatMap(([name, type]) => {
    const { description } = type as z.ZodType
    const { innerType } = (type as z.ZodDefault<z.ZodObject>).def
    if (description === undefined && innerType?.shape !== undefined)
      return describeFields(innerType, `${prefix}${name}.`)
    const initial = (type as z.ZodType).safeParse(undefined).data as string | undefined
    return [{ name: `${prefix}${name}`, description: description ?? '', initial: initial ?? '' }]
  })
}
