import type { ConnectorConfig } from '../connect/connect-api.ts'
import { patternsOf } from './captured-tables.ts'
import type { Rules } from './rules.ts'

const snapshotModes: Readonly<Record<string, string>> = {
  initial: 'without an offset it sends the rows that still exist: an emptied outbox has none',
  initial_only: 'it stops after the snapshot: nothing is streamed',
  when_needed: 'when the slot is lost it silently takes a snapshot and skips what is missing',
  always: 'each start sends the rows that exist: rows that came and went meanwhile are never sent'
}

const mismatches: Readonly<Record<string, string>> = {
  no_validation: 'no_validation, the default,',
  trust_slot: 'trust_slot',
  trust_greater_lsn: 'trust_greater_lsn'
}

/** Settings of a PostgreSQL connector that lose events, and those that can, or that make the server's disk full. */
export const postgresRules: { readonly errors: Rules; readonly warnings: Rules } = {
  errors: {
    'plugin.name': (plugin = 'decoderbufs by default') =>
      plugin !== 'pgoutput' && `is ${plugin}; set it to pgoutput, which every server has`,
    'slot.name': slot =>
      slot === undefined && 'is missing: the default, debezium, may be the slot of another connector',
    'slot.drop.on.stop': drops =>
      drops === 'true' && 'is true: what is committed between a stop and the next start is never sent',
    'publication.name': publication =>
      publication === undefined && "is missing: name the publication that the outbox's migration made",
    'publication.autocreate.mode': (mode = 'all_tables by default') =>
      mode !== 'disabled' &&
      `is ${mode}, so the connector makes or changes the publication; set it to disabled and let a migration make it`,
    'offset.mismatch.strategy': (strategy = 'no_validation') =>
      strategy !== 'trust_offset' &&
      `${mismatches[strategy] ?? strategy} goes on at a slot that was made again, and hides what was lost; set it to trust_offset`,
    'internal.log.position.check.enable': checks =>
      checks === 'false' && 'is false: a missing slot is made again, and hides what was lost',
    'lsn.flush.mode': mode => mode === 'manual' && 'is manual: the slot never moves, and holds WAL without end',
    'flush.lsn.source': flushes => flushes === 'false' && 'is false: the slot never moves, and holds WAL without end'
  },
  warnings: {
    'snapshot.mode': (mode = 'initial') => snapshotModes[mode] && `${mode}: ${snapshotModes[mode]}; set it to no_data`,
    'lsn.flush.mode': mode =>
      mode === 'connector_and_driver' && 'is connector_and_driver: whether the driver confirms too much is not tested',
    'heartbeat.interval.ms': interval =>
      Number(interval ?? 0) === 0 && 'is off: the slot of a quiet database holds the WAL that others write',
    'heartbeat.action.query': (query, config) =>
      query === undefined &&
      Number(config['heartbeat.interval.ms'] ?? 0) > 0 &&
      `is missing: a quiet database sends nothing to confirm, so the slot holds the WAL that others write; set it to ${emit}`,
    'message.prefix.exclude.list': (_list, config) =>
      emitsMessages(config) &&
      'lets the messages of the heartbeat pass, to a topic that may not exist: set it to .*, or set message.prefix.include.list'
  }
}

const emit = "SELECT pg_logical_emit_message(true, 'heartbeat', '')"

/** Whether the messages of the heartbeat's query would become records. */
function emitsMessages(config: ConnectorConfig): boolean {
  const [, prefix] =
    /pg_logical_emit_message\(\s*\w+\s*,\s*'([^']+)'/.exec(config['heartbeat.action.query'] ?? '') ?? []
  if (prefix === undefined) return false
  const included = patternsOf(config['message.prefix.include.list'])
  const excluded = patternsOf(config['message.prefix.exclude.list'])
  const fits = (patterns: readonly string[]) => patterns.some(pattern => new RegExp(`^(?:${pattern})$`).test(prefix))
  return included.length > 0 ? fits(included) : !fits(excluded)
}
