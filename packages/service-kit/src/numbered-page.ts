import type { Knex } from 'knex'
import { z } from 'zod'
import { wholeNumberText } from './validate.ts'

/**
 * The query of a list whose pages have numbers: `?page=0&size=20&sort=id,desc`. `sortable` maps each field that the list
 * can be sorted by to its column. The first one must be unique: it's the usual order, and the order among equals.
 */
export function numberedQuerySchema(sortable: Readonly<Record<string, string>>) {
  const fields = Object.keys(sortable)
  const [usual = ''] = fields
  const sorts = fields.flatMap(field => [field, `${field},asc`, `${field},desc`])
  const error = `must be one of ${fields.join(', ')}, perhaps with ,asc or ,desc`
  return z.strictObject({
    page: wholeNumberText(0, 1_000_000).default(0).meta({ description: 'From 0, which is meant if not given' }),
    size: wholeNumberText(1, 200).default(20).meta({ description: 'How many on a page, 20 if not given' }),
    sort: z
      .enum(sorts, { error })
      .default(usual)
      .transform(sort => {
        const [field = '', direction] = sort.split(',')
        const order = direction === 'desc' ? ('desc' as const) : ('asc' as const)
        return [field, usual].map(each => ({ column: sortable[each] ?? '', order }))
      })
      .meta({ type: 'string', enum: sorts, description: `${usual} if not given; upwards without ,desc` })
  })
}

type NumberedPageRequest = Readonly<z.output<ReturnType<typeof numberedQuerySchema>>>

/** A page as an answer shows it. */
export const numberedPageSchema = <Item extends z.ZodType>(item: Item) =>
  z.object({
    items: z.array(item),
    page: z.object({
      number: z.int().meta({ example: 0 }),
      size: z.int().meta({ example: 20 }),
      totalElements: z.int().meta({ example: 1 }),
      totalPages: z.int().meta({ example: 1 })
    })
  })

/** A page of the rows that a query finds. The query must not sort or limit them itself. */
export async function readNumberedPage<Row extends object>(
  query: Knex.QueryBuilder,
  { page: number, size, sort }: NumberedPageRequest
) {
  const [counted] = await query.clone().clearSelect().count({ rows: '*' })
  const totalElements = Number(counted.rows)
  const items: Row[] = await query
    .orderBy(sort)
    .limit(size)
    .offset(number * size)
  return { items, page: { number, size, totalElements, totalPages: Math.ceil(totalElements / size) } }
}
