import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { mysqlOptions, postgresOptions, resolveSecrets, SettingsError } from '../security/index.ts'

const name = z.string().regex(/^[\w.-]{1,249}$/)
const identifier = z.string().regex(/^\w{1,64}$/)
const timeZone = z
  .string()
  .regex(/^[\w/+:-]{1,64}$/)
  .default('+00:00')

/** Checks a database's URL, and with it the files that it names. */
const databaseUrl = z
  .url({ protocol: /^(mysql|postgres(ql)?)$/ })
  .superRefine((url, context) => {
    try {
      if (url.startsWith('mysql:')) mysqlOptions(url)
      else postgresOptions(url)
    } catch (error) {
      context.addIssue((error as Error).message)
    }
  })
  .optional()

/** Of a part that asks for no account: `fetch` refuses such a URL, and its error would show the password. */
export const openUrl = z
  .url({ protocol: /^https?$/, abort: true })
  .refine(url => new URL(url).username === '' && new URL(url).password === '', { error: 'must not hold an account' })
  .optional()

/** Of the processes of one service, separated by commas. */
const openUrls = z
  .string()
  .refine(urls => urls.split(',').every(url => openUrl.unwrap().safeParse(url).success), {
    error: 'must be http(s) URLs without an account, separated by commas'
  })
  .optional()

const aggregate = z.strictObject({
  name: z
    .string()
    .regex(/^\p{L}[\p{L}\d -]{0,29}$/u)
    .default('event')
    .describe('What the page calls one of the rows that cause the events, such as order'),
  url: databaseUrl.describe('mysql:// or postgres://user:password@host:port/database of the writer'),
  table: identifier.optional().describe('Table whose rows cause the events'),
  idColumn: identifier
    .default('id')
    .describe('Its key, the id of the aggregate: a number that grows, a text or a UUID'),
  createdAtColumn: identifier
    .default('created_at')
    .describe(
      'When its row was written, as a timestamp or DATETIME; with an index if the key is no number, or for a view'
    ),
  timeZone: timeZone.describe('Time zone of that column if it has none of its own, such as +09:00'),
  outboxTable: identifier.default('outbox').describe('The outbox table, in the same database')
})

const effect = z.strictObject({
  url: databaseUrl.describe('mysql:// or postgres://user:password@host:port/database of the consumer'),
  table: identifier.optional().describe('Table that the consumer writes'),
  aggregateIdColumn: identifier.default('aggregate_id').describe('The id of the aggregate in it'),
  appliedAtColumn: identifier
    .default('applied_at')
    .describe(
      'When its row was written, as a timestamp or DATETIME; with an index if the id is no number, or for a view'
    ),
  timeZone: timeZone.describe('Time zone of that column if it has none of its own, such as +09:00'),
  eventColumn: identifier
    .optional()
    .describe('The column that names the event which caused the row, where the table has rows of other causes too')
})

const calls = z.array(name).optional()

const caller = z.strictObject({ name, url: openUrl.unwrap(), calls: z.array(name).min(1) })

const example = z.strictObject({ path: z.string().startsWith('/'), body: z.record(z.string(), z.unknown()) })

/** The path of events from the row that causes them to the row that they cause. Only `topic` and `group` are needed. */
export const hopSchema = z.strictObject({
  name: name
    .optional()
    .describe('What the page and the address call the hop; its first event, or its topic, if left out'),
  writer: name.default('writer').describe('What the page calls the service that writes the events'),
  writerUrl: openUrls.describe(
    'URL of the writer, or those of its processes, separated by commas, to show health and metrics'
  ),
  writerCalls: calls.describe('The services that the writer calls, to show its circuit breakers; needs writerUrl'),
  example: example.optional().describe('Path and body of a POST to the writer that the page may send'),
  callers: z
    .array(caller)
    .optional()
    .describe('Services at no end of a hop, whose calls the page shows too: name, url and calls of each'),
  events: z
    .array(name)
    .min(1)
    .optional()
    .describe('The events, of which a row causes one; needed if events of several aggregates share the topic'),
  aggregate: aggregate.prefault({}),
  connector: name.optional().describe('The connector that reads the outbox'),
  topic: name.describe('The topic with the events'),
  consumer: name.default('consumer').describe('What the page calls the service that reads the events'),
  consumerUrl: openUrls.describe(
    'URL of the consumer, or those of its processes, separated by commas, to show health and metrics'
  ),
  consumerCalls: calls.describe(
    'The services that the consumer calls, to show its circuit breakers; needs consumerUrl'
  ),
  group: name.describe('The consumer group that reads the topic'),
  effect: effect.prefault({})
})

type Fields = z.output<typeof hopSchema>
const namesItsEvents = ({ effect: { eventColumn }, events }: Fields) =>
  eventColumn === undefined || events !== undefined

/** Checks the list of hops in a file, and fills in what is left out. */
export const hopsSchema = z
  .array(hopSchema.refine(namesItsEvents, { error: 'effect.eventColumn needs events' }))
  .min(1)
  .transform(hops => hops.map(hop => ({ ...hop, name: hop.name ?? hop.events?.[0] ?? hop.topic })))
  .refine(hops => new Set(hops.map(hop => hop.name)).size === hops.length, { error: 'each needs a name of its own' })

/** A hop as the file says it; what is left out has its default. */
export type HopInput = z.input<typeof hopSchema>
/** A hop with its defaults. */
export type Hop = z.output<typeof hopsSchema>[number]

type Env = Readonly<Record<string, string | undefined>>

/** Reads the file of HOPS_FILE; throws a sentence with all that is wrong in it. */
export function readHops(file: string, env: Env): readonly Hop[] {
  const problem = (text: string) => new SettingsError(`HOPS_FILE ${file} ${text}`)
  const parsed = hopsSchema.safeParse(JSON.parse(textOf(file, problem), withSecrets(env)))
  if (parsed.success) return parsed.data
  const lines = parsed.error.issues.map(({ path, message }) => `  ${path.join('.') || 'the list'}: ${message}`)
  throw problem(`is invalid:\n${lines.join('\n')}`)
}

function textOf(file: string, problem: (text: string) => Error): string {
  try {
    const text = readFileSync(file, 'utf8')
    JSON.parse(text)
    return text
  } catch (error) {
    throw problem(error instanceof SyntaxError ? `is no JSON: ${error.message}` : `can't be read: ${String(error)}`)
  }
}

const withSecrets = (env: Env) => (_: string, value: unknown) =>
  typeof value === 'string' ? resolveSecrets(value, env) : value
