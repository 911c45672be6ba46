import { randomInt } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { basename, dirname, extname } from 'node:path'
import { InvalidArgumentError, Option } from 'commander'
import { ConnectctlError } from '../connect/errors.ts'
import { pathOf } from '../connector/connector-file.ts'
import { outboxConnector, type OutboxConnectorOptions, topicsOfOutbox } from '../settings/outbox-connector.ts'
import { asJson, positive, type Verb } from './context.ts'

type Flags = {
  readonly engine: 'mysql' | 'postgres'
  readonly database: string
  readonly store?: 'table' | 'message'
  readonly router?: true
  readonly aggregateId?: 'integer' | 'string'
  readonly table?: string
  readonly prefix?: string
  readonly key?: string
  readonly serverId?: number
  readonly publication?: string
}

const help = `
The file takes MYSQL_HOST, MYSQL_PORT and KAFKA_BROKERS, or POSTGRES_HOST and POSTGRES_PORT, and CONNECT_SECRETS_DIR from the
environment of validate and apply. The worker reads the password of the account debezium from the file of that name in
CONNECT_SECRETS_DIR.`

export const init: Verb = {
  usage: 'init <connector>',
  about: 'write the file of a connector that streams an outbox, complete and ready to apply',
  options: [
    new Option('--engine <name>', 'the database').choices(['mysql', 'postgres']).default('mysql'),
    new Option('--database <name>', 'database of the outbox').argParser(plainName).makeOptionMandatory(),
    new Option('--store <kind>', 'how events are written; message is for postgres (default: table)').choices([
      'table',
      'message'
    ]),
    new Option('--router', "a topic for each aggregate type, by Debezium's Outbox Event Router"),
    new Option('--aggregate-id <kind>', 'of messages, as createOutboxTables got it (default: integer)').choices([
      'integer',
      'string'
    ]),
    new Option('--table <name>', 'the outbox (default: outbox)').argParser(plainName),
    new Option('--prefix <name>', "first part of the topics' names (default: the connector's name)").argParser(
      plainName
    ),
    new Option('--key <column>', 'outbox column that becomes the Kafka key (default: event_id)').argParser(plainName),
    new Option(
      '--server-id <number>',
      'mysql: replica id, unique among all readers of this MySQL (default: random)'
    ).argParser(positive),
    new Option(
      '--publication <name>',
      'postgres: publication of the migration, and name of the slot (default: DATABASE_outbox)'
    ).argParser(slotName)
  ],
  help,
  async run({ dir, refuseUsage }, connector: string, flags: Flags) {
    const conflict = conflictIn(flags)
    if (conflict !== undefined) refuseUsage(conflict)
    const path = pathOf(connector, dir)
    const outbox = outboxOf(flags, basename(path, extname(path)))
    const config = outboxConnector(outbox)
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, `${asJson(config)}\n`, { flag: 'wx' }).catch(cause => {
      throw new ConnectctlError('NOT_CONFIRMED', `${path} was not written: ${(cause as Error).message}`, { cause })
    })
    const topics = topicsOfOutbox(outbox)
    const text = `✓ ${path}: sends ${sourceIn(outbox)} to the topic ${topics}; next: connectctl apply ${connector}`
    return { value: { path, config }, text }
  }
}

/** Options that the others leave without a meaning. */
function conflictIn({ engine, store, router, ...flags }: Flags): string | undefined {
  const given = (name: keyof typeof flags) => flags[name] !== undefined
  if (engine === 'mysql' && store === 'message') return '--store message needs --engine postgres'
  if (engine === 'mysql' && given('publication')) return '--publication is for --engine postgres'
  if (engine === 'postgres' && given('serverId')) return '--server-id is for --engine mysql'
  if (store !== 'message' && given('aggregateId')) return '--aggregate-id is for --store message: a table has types'
  if (store === 'message' && given('table')) return '--table is for --store table: messages have none'
  if (router && given('key')) return '--key cannot be used with --router, whose key is event_id'
  return undefined
}

function outboxOf(flags: Flags, name: string): OutboxConnectorOptions {
  const { engine, database, table = 'outbox', key = 'event_id', router = false } = flags
  const { prefix = name.replaceAll(/[^\w-]/g, '_') } = flags
  const outbox = { database, table, key, router, prefix }
  if (engine === 'mysql') return { ...outbox, engine, serverId: flags.serverId ?? randomInt(1_000, 2 ** 32) }
  const { store = 'table', aggregateId = 'integer' } = flags
  const { publication = `${database}_outbox`.toLowerCase().replaceAll('-', '_') } = flags
  return { ...outbox, engine, store, aggregateId, publication }
}

function sourceIn(outbox: OutboxConnectorOptions): string {
  const { engine, database, table } = outbox
  if (engine === 'mysql') return `${database}.${table}`
  const what = outbox.store === 'message' ? 'messages' : `public.${table}`
  return `${what} of ${database}, through the publication ${outbox.publication},`
}

/** A name that means the same in MySQL, in Kafka and as a pattern. */
function plainName(text: string): string {
  if (/^[\w-]+$/.test(text)) return text
  throw new InvalidArgumentError('It takes letters, digits, _ and -.')
}

/** PostgreSQL takes these names for a slot. */
function slotName(text: string): string {
  if (/^[a-z0-9_]{1,63}$/.test(text)) return text
  throw new InvalidArgumentError('It takes lower-case letters, digits and _, 63 at most.')
}
