import type { ConnectorConfig, ConnectorOffsets } from '../connect/connect-api.ts'
import type { Symptom } from './symptom.ts'
import type { Engine } from '../settings/engine.ts'

/** A place in the database's log, as named on the command line: `at` is FILE:POSITION on MySQL, an LSN on PostgreSQL. */
export type StartName = 'recorded' | 'oldest' | 'now' | { readonly at: string }

/** Present in an offset until Debezium has written its own, so it shows whether the connector has started to read. */
export const notYetReadMark = 'set_by_connectctl'

/** Where a connector begins: from here on, no event is missed. */
export type Beginning = {
  readonly words: string
  /** Makes what the place needs, and resolves to the offsets of a connector that begins there. The connector must be stopped. */
  readonly place: () => Promise<ConnectorOffsets>
}

/** Reads the stored offsets: after the database, because a connector that runs stores them before it confirms them. */
export type ReadOffsets = () => Promise<ConnectorOffsets | undefined>

/** A group of what doctor checks, and the checks. */
export type Examination = readonly [what: string, looked: () => Promise<readonly Symptom[]>]

/** The account that writes the keeper's heartbeats: at the connector's own host and port, unless others are given. */
export type ProbeAccount =
  | { readonly uri: string }
  | { readonly user: string; readonly password: string; readonly host?: string; readonly port?: number }

/** One open connection that writes heartbeats. */
export type Heart = {
  /** Commits a heartbeat. */
  beat(sender: string): Promise<void>
  close(): void
}

/** What a restart can't heal, seen at the database. `isLoss` when a start of the connector would hide what was lost. */
export type Trouble = { readonly cause: string; readonly summary: string; readonly isLoss: boolean }
/** What the keeper sees at the database, beside the heartbeats. */
export type Sighting = { readonly trouble: Trouble | undefined; readonly figures: Readonly<Record<string, number>> }
export type Lookout = { look(): Promise<Sighting>; close(): void }

/** What connectctl asks of the database that a connector reads, and does there, with the connector's own account. */
export type Source = {
  readonly engine: Engine
  /** What a version of the connector is known to lose; undefined if nothing is known. */
  hazardOf(pluginVersion: string): string | undefined
  /** Where its changes are, as a person calls it. */
  readonly log: 'the binlog' | 'the WAL'
  /** Settings with which a connector runs until it has read for the first time; undefined if its file's are enough. */
  readonly firstRun: ConnectorConfig | undefined
  /** Finds a place, and refuses one from which on something would be missing. Changes nothing. */
  beginningAt(start: StartName): Promise<Beginning>
  /** Rejects when what follows a connector's offsets is gone, and a start of the connector would hide it. */
  requireRest(stored: ReadOffsets): Promise<void>
  examine(stored: ReadOffsets): readonly Examination[]
  /** The cause in a stack trace by the words, or another cause that has the same words. */
  refineCause(cause: string, trace: string): Promise<string>
  /** Opens a connection that writes heartbeats into a table such as `orders.connect_heartbeat`. */
  openHeart(account: ProbeAccount, table: string): Promise<Heart>
  /** Opens a connection that looks at what the connector needs there; undefined if there is nothing to see. */
  readonly openLookout: ((account: ProbeAccount, lagBytes: number | undefined) => Promise<Lookout>) | undefined
}
