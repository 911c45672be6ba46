import type { Knex } from 'knex'
import type { HandlingOptions } from '../consumer/settle/handling.ts'
import type { KafkaClient } from '../kafka/kafka-client.ts'
import type { Difference, Key } from './compare-tables.ts'

/** A table that events alone write, and how they write it. */
export type View = {
  /** Of the database or schema that `db` is connected to. */
  readonly table: string
  /** The columns that name a row. */
  readonly key: readonly string[]
  /** Columns that needn't be equal after a rebuild, such as the time when a row was written. */
  readonly ignored?: readonly string[]
  /**
   * The handlers that write it, given the name of the table. Around a swap an event may be handled twice, and again
   * after later ones: once all have been handled, the row must be the same. Views of several topics need that anyway.
   */
  readonly topics: (table: string) => HandlingOptions['topics']
}

/** Which view is rebuilt, and what becomes of it. Times are in milliseconds. */
export type RebuildOptions = Pick<HandlingOptions, 'logger' | 'decoding' | 'lanes' | 'batchSize'> & {
  readonly view: View
  /** With an account that may create and rename tables. */
  readonly db: Knex
  readonly kafka: KafkaClient
  /** The consumer group that keeps the live table up to date, meanwhile and afterwards. */
  readonly group: string
  /** Puts the rebuilt table in the place of the live one; false only reports the differences. */
  readonly swap: boolean
  /** Swaps also if rows of the live table are missing in the rebuilt one. */
  readonly dropMissing?: boolean
  /** How long to wait for the group to have read what was there when the comparison began; 60,000 by default. */
  readonly groupTimeoutMs?: number
  /** Ends the rebuild between two transactions. The same call again continues. */
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: Progress) => void
}

/** How many records are read of those that the topics had at the last look. */
export type Progress = { readonly read: number; readonly total: number }

/** What a rebuild has found, and whether it was swapped in. */
export type Rebuilt = {
  readonly swapped: boolean
  /** Of the rebuilt table. */
  readonly rows: number
  /** At most 1,000 of each kind; each was seen twice, as an event that comes meanwhile may be in one table only. */
  readonly differences: readonly Difference[]
  /** Rows that differed at each look, but each time in another way: events kept changing them, so nothing is known of them. */
  readonly unsettled: readonly Key[]
  /** Some of the differences, with both rows. */
  readonly examples: readonly (Difference & { readonly live?: object; readonly rebuilt?: object })[]
  /** The topics that no longer have their first records: rows that only those tell of are missing. */
  readonly shortened: readonly string[]
}
