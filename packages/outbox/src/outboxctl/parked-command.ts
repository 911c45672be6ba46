import { Command } from 'commander'
import type { Knex } from 'knex'
import { type ParkedRow } from '../parking/parked-row.ts'
import { listParked, type ParkedKey, requestRetry, showParked, skipParked } from '../parking/parked-commands.ts'
import { age, CommandError, type Edge, table } from './edge.ts'
import { withDatabase } from './open-database.ts'
import { type ParkedReader, parkedReader } from './parked-reader.ts'

type Shared = { readonly url?: string; readonly consumer?: string; readonly json?: boolean }

/** `outboxctl parked list | show | retry | skip`. */
export function parkedCommand(edge: Edge): Command {
  const parked = new Command('parked').description('events that wait for a person, key by key')
  const sub = (name: string, summary: string) =>
    parked
      .command(name)
      .description(summary)
      .option('--url <database>', "the consumer's database; better in OUTBOX_DB_URL, where nobody sees the password")
      .option('--consumer <name>', 'needed when several consumers have something parked')
  sub('list', 'the parked keys, oldest first; exit code 1 when there are any')
    .option('--json', 'for programs')
    .action((options: Shared) => inDatabase(edge, options, db => list(edge, db, options)))
  sub('show', 'the events of a key with the reason, the stack and the value; Avro by SCHEMA_REGISTRY_URL')
    .argument('<key>')
    .option('--json', 'for programs')
    .action((key: string, options: Shared) => inDatabase(edge, options, db => show({ edge, db, key, ...options })))
  sub('retry', 'asks the running consumer to apply the events of a key, in their order')
    .argument('[key]')
    .option('--all', 'every parked key')
    .action((key: string | undefined, options: Shared & { all?: boolean }) =>
      inDatabase(edge, options, db => retry({ edge, db, key, ...options }))
    )
  sub(
    'skip',
    'gives up the refused event of a key for good and lets those behind it follow; asks first, and leaves a record'
  )
    .argument('<key>')
    .requiredOption('--because <reason>', 'kept with the event, with your user name')
    .option('--yes', 'do not ask')
    .action((key: string, options: Shared & { because: string; yes?: boolean }) =>
      inDatabase(edge, options, db => skip({ edge, db, key, ...options }))
    )
  return parked
}

function inDatabase(edge: Edge, { url: given }: Shared, work: (db: Knex) => Promise<void>): Promise<void> {
  const url = given ?? edge.environment.OUTBOX_DB_URL
  if (url === undefined || url === '')
    throw new CommandError('Which database? Set OUTBOX_DB_URL or say --url mysql://…')
  return withDatabase(url, work)
}

async function list(edge: Edge, db: Knex, { consumer, json }: Shared): Promise<void> {
  const keys = await listParked(db, consumer)
  if (json) edge.write(JSON.stringify(keys, undefined, 2))
  else if (keys.length === 0) edge.note('Nothing is parked.')
  else edge.write(table([['CONSUMER', 'KEY', 'REASON', 'WAITING', 'AGE', ''], ...keys.map(lineOf)]))
  if (keys.length > 0) throw new CommandError('', 1)
}

function lineOf({ consumer, key, reason, waiting, parkedAt, retryRequestedAt }: ParkedKey): string[] {
  const state = retryRequestedAt === null ? '' : 'retry asked for'
  return [consumer, key, reason, String(waiting), age(Date.now() - parkedAt.getTime()), state]
}

type OfKey = Shared & { readonly edge: Edge; readonly db: Knex; readonly key: string }

async function show({ edge, db, key, consumer, json }: OfKey): Promise<void> {
  const rows = await showParked(db, { consumer: await consumerOf(db, key, consumer), key })
  if (rows.length === 0) throw new CommandError(`Nothing is or was parked under the key ${key}`, 1)
  const read = await parkedReader(rows, edge.environment)
  if (json)
    edge.write(
      JSON.stringify(
        rows.map(row => printable(row, read)),
        undefined,
        2
      )
    )
  else edge.write(rows.map(row => describe(row, read)).join('\n\n'))
}

function printable(row: ParkedRow, read: ParkedReader): object {
  return { ...row, record_key: read(row.record_key), record_value: read(row.record_value) }
}

function describe(row: ParkedRow, read: ParkedReader): string {
  const value = read(row.record_value) ?? '(null)'
  return [
    `#${row.id} ${row.state} · ${row.reason} · ${row.event ?? 'no readable event'} · message ${row.message_id}`,
    `  ${row.topic} partition ${row.partition_no} offset ${row.record_offset} · parked ${row.parked_at.toISOString()}`,
    `  attempts ${row.attempts}${row.note === null ? '' : ` · ${row.note}`}`,
    ...(row.stack ?? row.error ?? '').split('\n').map(line => `  ${line}`),
    `  headers ${row.record_headers}`,
    `  value ${value.length > 2_000 ? `${value.slice(0, 2_000)}… (${value.length} characters; --json shows all)` : value}`
  ].join('\n')
}

async function retry({
  edge,
  db,
  key,
  consumer,
  all
}: Omit<OfKey, 'key'> & { key?: string | undefined; all?: boolean }) {
  if ((key === undefined) === (all !== true)) throw new CommandError('Say either a key or --all')
  const asked =
    key === undefined ? await listParked(db, consumer) : [{ key, consumer: await consumerOf(db, key, consumer) }]
  let found = 0
  for (const one of asked) if (await requestRetry(db, one)) found++
  if (key !== undefined && found === 0) throw new CommandError(`The key ${key} is not parked`, 1)
  if (found === 0) return edge.note('Nothing is parked.')
  edge.write(
    `Asked for a retry of ${found} key${found === 1 ? '' : 's'}: the running consumer applies the events in order.`
  )
  edge.note('`outboxctl parked list` says what is left.')
}

type Skip = OfKey & { readonly because: string; readonly yes?: boolean }

async function skip({ edge, db, key, consumer: given, because, yes }: Skip): Promise<void> {
  const consumer = await consumerOf(db, key, given)
  const head = (await showParked(db, { consumer, key })).find(({ state }) => state === 'waiting')
  if (head === undefined) throw new CommandError(`Nothing waits under the key ${key}`, 1)
  edge.note(describe(head, await parkedReader([head], edge.environment)))
  const question = `Give this event up for good? ${consumer} will never apply it, and goes on with those behind it.`
  if (yes !== true && !(await edge.confirm(question)))
    throw new CommandError('Not skipped: nobody said yes (--yes says it)')
  const user = edge.environment.USER ?? edge.environment.LOGNAME ?? 'somebody'
  const skipped = await skipParked(db, { consumer, key, note: `${user}: ${because}`, eventId: head.id })
  if (skipped === undefined) throw new CommandError('Not skipped: the key has moved on meanwhile', 1)
  edge.write(`Skipped ${skipped.event ?? 'the record'} #${skipped.id}; its row and your reason stay in parked_event.`)
}

async function consumerOf(db: Knex, key: string, given: string | undefined): Promise<string> {
  if (given !== undefined) return given
  const rows: { consumer: string }[] = await db('parked_event').distinct('consumer').where({ event_key: key })
  const [first, second] = rows
  if (first === undefined) throw new CommandError(`Nothing is or was parked under the key ${key}`, 1)
  if (second === undefined) return first.consumer
  throw new CommandError(
    `Several consumers know the key ${key}: ${rows.map(row => row.consumer).join(', ')}; say --consumer`
  )
}
