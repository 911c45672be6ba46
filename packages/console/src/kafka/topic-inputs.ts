import { wholeNumberText } from '@outbox-cdc/service-kit'
import { z } from 'zod'
import { cursorPattern, offsetsFrom, type RecordReader } from './record-reader.ts'

// What a person can ask of a topic.

/** The latest time that JavaScript knows. */
export const latestTime = 8_640_000_000_000_000

export const topicInput = z.object({ topic: z.string().regex(/^[\w.-]{1,249}$/) })

const cursor = z.string().regex(cursorPattern).transform(offsetsFrom)
export const time = wholeNumberText(0, latestTime)
  .transform(ms => new Date(ms))
  .meta({ type: 'integer', minimum: 0, maximum: latestTime, description: 'Milliseconds since 1970' })

export const pageInput = topicInput.extend({
  before: cursor.optional(),
  after: cursor.optional(),
  at: time.optional(),
  limit: wholeNumberText(1, 100).default(30)
})
export type PageOptions = z.output<typeof pageInput> & { readonly reader: RecordReader }

export const searchInput = topicInput.extend({
  text: z.string().min(1).max(500).optional().meta({ description: 'Anywhere in key, value or headers, in any case' }),
  key: z.string().min(1).max(500).optional(),
  event: z.string().min(1).max(100).optional(),
  since: time.optional().meta({ description: 'Records before this time are not read' }),
  before: cursor.optional().meta({ description: 'Where to continue backwards; by default at the end of the topic' })
})
export type Search = z.output<typeof searchInput>
