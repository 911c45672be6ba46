import { Command } from 'commander'
import type { Knex } from 'knex'
import type { ParkedRow } from '../parking/parked-event.ts'
import { readEventKey } from '../consumer/read/event-key.ts'
import { databaseFault } from '../database-errors.ts'
import { forTerminal } from '../json-text.ts'
import { requireInboxTables } from '../inbox/inbox-tables.ts'
import { listParked, type ParkedKey, requestRetry, showParked, skipParked } from '../parking/parked-commands.ts'
import { resolveSecrets } from '../security/secrets.ts'
import { age, CommandError, counted, type Edge, idBeside, table, writeJson } from './edge.ts'
import { withDatabase } from './open-database.ts'
import { type ParkedReader, parkedReader } from './parked-reader.ts'

type Call = { readonly edge: Edge; readonly db: Knex }
type Shared = { readonly url?: string; readonly consumer?: string; readonly json?: boolean }

/** `outboxctl parked list | show | retry | skip`. */
export function parkedCommand(edge: Edge): Command {
  const parked = new Command('parked').description('events that wait for a decision, by key')
  const sub = (name: string, summary: string) =>
    parked
      .command(name)
      .description(summary)
      .option('--url <database>', "the consumer's database; OUTBOX_DB_URL keeps the password off the command line")
      .option('--consumer <name>', 'needed if several consumers have parked events')
  sub('list', 'lists the parked keys, oldest first; exit code 1 if there are any')
    .option('--json', 'print JSON')
    .action((options: Shared) => inDatabase(edge, options, list))
  sub('show', 'shows the events of a key with reason, stack and value; reads Avro if SCHEMA_REGISTRY_URL is set')
    .argument('<key>')
    .option('--json', 'print JSON')
    .action((key: string, options: Shared) => inDatabase(edge, { key, ...options }, show))
  sub('retry', 'asks the running consumer to apply the events of a key, in order')
    .argument('[key]')
    .option('--all', 'every parked key')
    .action((key: string | undefined, options: Omit<Retry, 'key'>) => inDatabase(edge, { key, ...options }, retry))
  sub('skip', 'gives up the refused event of a key, so that the later ones follow; asks first, and keeps a record')
    .argument('<key>')
    .requiredOption('--because <reason>', 'kept with the event, together with your user name')
    .option('--yes', 'do not ask for confirmation')
    .action((key: string, options: Omit<Skip, 'key'>) => inDatabase(edge, { key, ...options }, skip))
  return parked
}

type Work<Options> = (call: Call & Options) => Promise<void>

function inDatabase<Options extends Shared>(edge: Edge, options: Options, work: Work<Options>): Promise<void> {
  const url = options.url ?? edge.environment.OUTBOX_DB_URL
  if (url === undefined || url === '')
    throw new CommandError('Which database? Set OUTBOX_DB_URL, or name it with --url mysql://…')
  return withDatabase(resolveSecrets(url, edge.environment), async db => {
    try {
      await work({ edge, db, ...options })
    } catch (error) {
      // Says in a sentence what the database says in SQL.
      if (databaseFault(error) === 'unmigrated') await requireInboxTables(db)
      throw error
    }
  })
}

async function list({ edge, db, consumer, json }: Call & Shared): Promise<void> {
  const keys = await listParked(db, consumer)
  if (json)
    writeJson(
      edge,
      keys.map(one => ({ ...one, ...readEventKey(one.key) }))
    )
  else if (keys.length === 0) edge.note('Nothing is parked.')
  else {
    const lines = [['CONSUMER', 'KEY', 'REASON', 'WAITING', 'ATTEMPTS', 'AGE', '', 'ID'], ...keys.map(lineOf)]
    // A key that holds its id as it is needs no column for it.
    const isEach = keys.every(({ key }) => idBeside(key, readEventKey(key)?.id) === '')
    edge.write(table(isEach ? lines.map(line => line.slice(0, -1)) : lines))
  }
  if (keys.length > 0) throw new CommandError('', 1)
}

function lineOf({ consumer, key, reason, waiting, attempts, parkedAt, retryRequestedAt }: ParkedKey): string[] {
  const state = retryRequestedAt === null ? '' : 'retry requested'
  const waited = age(Date.now() - parkedAt.getTime())
  return [consumer, key, reason, String(waiting), String(attempts), waited, state, idBeside(key, readEventKey(key)?.id)]
}

type OfKey = Shared & { readonly key: string }

async function show({ edge, db, key, consumer, json }: Call & OfKey): Promise<void> {
  const rows = await showParked(db, { consumer: await consumerOf(db, key, consumer), key })
  if (rows.length === 0) throw new CommandError(`Nothing is or was parked under the key ${key}`, 1)
  const read = await parkedReader(rows, edge.environment)
  const readable = rows.map(({ record_key, record_value, ...row }) => {
    return { ...row, record_key: read(record_key), record_value: read(record_value) }
  })
  if (json) writeJson(edge, readable)
  else edge.write(forTerminal([...titleOf(key), ...rows.map(row => describe(row, read))].join('\n\n')))
}

/** The id in a key, which is encoded there. */
function titleOf(key: string): string[] {
  const id = idBeside(key, readEventKey(key)?.id)
  return id === '' ? [] : [`${key} has the id ${id}`]
}

function describe(row: ParkedRow, read: ParkedReader): string {
  const value = read(row.record_value) ?? '(null)'
  return [
    `#${row.id} ${row.state} · ${row.reason} · ${row.event ?? 'no readable event'} · message ${row.message_id}`,
    `  ${row.topic} partition ${row.partition_no} offset ${row.record_offset} · parked ${row.parked_at.toISOString()}`,
    `  attempts ${row.attempts}${row.settled_at === null ? '' : ` · ${row.state} ${row.settled_at.toISOString()}`}`,
    ...(row.note === null ? [] : [`  skipped by ${row.note}`]),
    ...(row.stack ?? row.error ?? '').split('\n').map(line => `  ${line}`),
    `  headers ${row.record_headers}`,
    `  value ${value.length > 2_000 ? `${value.slice(0, 2_000)}… (${value.length} characters; --json shows all)` : value}`
  ].join('\n')
}

type Retry = Shared & { readonly key: string | undefined; readonly all?: boolean }

async function retry({ edge, db, key, consumer, all }: Call & Retry): Promise<void> {
  if ((key === undefined) === (all !== true)) throw new CommandError('Give either a key or --all')
  const requested =
    key === undefined ? await listParked(db, consumer) : [{ key, consumer: await consumerOf(db, key, consumer) }]
  let found = 0
  for (const one of requested) if (await requestRetry(db, one)) found++
  if (key !== undefined && found === 0) throw new CommandError(`The key ${key} is not parked`, 1)
  if (found === 0) return edge.note('Nothing is parked.')
  edge.write(`Requested a retry of ${counted(found, 'key')}: the running consumer applies the events in order.`)
  edge.note('`outboxctl parked list` shows what is left.')
}

type Skip = OfKey & { readonly because: string; readonly yes?: boolean }

async function skip({ edge, db, key, consumer: given, because, yes }: Call & Skip): Promise<void> {
  const consumer = await consumerOf(db, key, given)
  const head = (await showParked(db, { consumer, key })).find(({ state }) => state === 'waiting')
  if (head === undefined) throw new CommandError(`Nothing waits under the key ${key}`, 1)
  edge.note(forTerminal(describe(head, await parkedReader([head], edge.environment))))
  const question = `Give up this event? ${consumer} will never apply it, and continues with the events behind it.`
  if (yes !== true && !(await edge.confirm(question)))
    throw new CommandError('Not skipped: not confirmed. Answer y, or use --yes')
  const user = edge.environment.USER ?? edge.environment.LOGNAME ?? 'unknown user'
  const skipped = await skipParked(db, { consumer, key, note: `${user}: ${because}`, eventId: head.id })
  if (skipped === undefined)
    throw new CommandError(
      'Not skipped: another event is at the head of the key now. Look at it with `outboxctl parked show`',
      1
    )
  edge.write(`Skipped ${skipped.event ?? 'the record'} #${skipped.id}. Its row and your reason stay in parked_event.`)
  edge.note('The running consumer applies what waits behind it; it needs no retry.')
}

async function consumerOf(db: Knex, key: string, given: string | undefined): Promise<string> {
  if (given !== undefined) return given
  const rows: { consumer: string }[] = await db('parked_event').distinct('consumer').where({ event_key: key })
  const [first, second] = rows
  if (first === undefined) throw new CommandError(`Nothing is or was parked under the key ${key}`, 1)
  if (second === undefined) return first.consumer
  throw new CommandError(
    `Several consumers have the key ${key}: ${rows.map(row => row.consumer).join(', ')}. Name one with --consumer`
  )
}
