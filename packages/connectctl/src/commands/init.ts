import { randomInt } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { basename, dirname, extname } from 'node:path'
import { InvalidArgumentError, Option } from 'commander'
import { ConnectctlError } from '../connect/errors.ts'
import { pathOf } from '../connector/connector-file.ts'
import { outboxConnector } from '../settings/outbox-connector.ts'
import { asJson, positive, type Verb } from './context.ts'

type Flags = { database: string; table: string; prefix?: string; key: string; serverId?: number }

const help = `
The file takes MYSQL_HOST, MYSQL_PORT, KAFKA_BROKERS and CONNECT_SECRETS_DIR from the environment of validate and apply. The
worker reads the password of the account debezium from the file of that name in CONNECT_SECRETS_DIR.`

export const init: Verb = {
  usage: 'init <connector>',
  about: 'write the file of a connector that streams an outbox, complete and ready to apply',
  options: [
    new Option('--database <name>', 'database of the outbox').argParser(plainName).makeOptionMandatory(),
    new Option('--table <name>', 'the outbox').argParser(plainName).default('outbox'),
    new Option('--prefix <name>', "first part of the topic's name (default: the connector's name)").argParser(
      plainName
    ),
    new Option('--key <column>', 'outbox column that becomes the Kafka key').argParser(plainName).default('event_id'),
    new Option(
      '--server-id <number>',
      'replica id, unique among all readers of this MySQL (default: random)'
    ).argParser(positive)
  ],
  help,
  async run({ dir }, connector: string, flags: Flags) {
    const path = pathOf(connector, dir)
    const name = basename(path, extname(path))
    const { prefix = name.replaceAll(/[^\w-]/g, '_'), serverId = randomInt(1_000, 2 ** 32) } = flags
    const config = outboxConnector({ ...flags, prefix, serverId })
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, `${asJson(config)}\n`, { flag: 'wx' }).catch(cause => {
      throw new ConnectctlError('NOT_CONFIRMED', `${path} was not written: ${(cause as Error).message}`, { cause })
    })
    const topic = `${prefix}.${flags.database}.${flags.table}`
    const text = `✓ ${path}: sends ${flags.database}.${flags.table} to the topic ${topic}; next: connectctl apply ${connector}`
    return { value: { path, config }, text }
  }
}

/** A name that means the same in MySQL, in Kafka and as a pattern. */
function plainName(text: string): string {
  if (/^[\w-]+$/.test(text)) return text
  throw new InvalidArgumentError('It takes letters, digits, _ and -.')
}
