import type { Knex } from 'knex'
import { z } from 'zod'
import { wholeNumberText } from './validate.ts'

const id = wholeNumberText(1, Number.MAX_SAFE_INTEGER)

/** The id in a path such as `/accounts/{id}`. */
export const idPathSchema = z.object({ id })

/** The query of a list that is read page by page, newest first. */
export const pageQuerySchema = z.strictObject({
  limit: wholeNumberText(1, 200).default(20).meta({ description: 'How many on a page, 20 if not given' }),
  before: id.optional().meta({ description: 'Only those older than this id' })
})

/** A page as an answer shows it. */
export const pageSchema = <Item extends z.ZodType>(item: Item) =>
  z.object({
    items: z.array(item),
    next: z.int().nullable().meta({ description: 'The `before` of the next page; null on the last' })
  })

type PageRequest = { readonly limit: number; readonly before?: number | undefined }

/** A page of the rows that a query finds by their column `id`, the greatest first. */
export async function readPage<Row extends { readonly id: number }>(
  query: Knex.QueryBuilder,
  { limit, before }: PageRequest
): Promise<{ readonly items: Row[]; readonly next: number | null }> {
  if (before !== undefined) void query.where('id', '<', before)
  const found: Row[] = await query.orderBy('id', 'desc').limit(limit + 1)
  const items = found.slice(0, limit)
  return { items, next: found.length > limit ? (items.at(-1)?.id ?? null) : null }
}
