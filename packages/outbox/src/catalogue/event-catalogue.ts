import type { JsonSchema } from '../json-schema.ts'
import {
  type EventChannel,
  eventsOf,
  exampleRecord,
  headersOf,
  payloadSchema,
  type Published,
  type RecordShape
} from './event-channel.ts'

/** A Markdown page with everything that a consumer needs to know about each event. The same input gives the same text. */
export function eventCatalogue(channels: readonly EventChannel[]): string {
  const published = eventsOf(channels)
  const overview = table(
    ['Event', 'Version', 'Topic', 'Key', 'Producer', 'Consumers'],
    published.map(({ event, channel: { topic, producer, consumers, idOf } }) => [
      `[\`${event.name}\`](#${event.name})`,
      String(event.version),
      `\`${topic}\``,
      `${idOf ?? event.aggregate} id`,
      producer,
      consumers.join(', ')
    ])
  )
  const kinds = new Map(channels.map(channel => [`${channel.shape} ${channel.actors}`, channel]))
  return (
    [
      '# Event catalogue',
      'Generated from the event definitions by `npm run catalogue`. A test fails when this page is out of date.',
      overview,
      '## Every record',
      ...[...kinds.values()].flatMap(channel => [
        `The key is the id of the aggregate. Events with the same key are in the order of their commits. ${values[channel.shape ?? 'row']}`,
        table(
          ['Header', 'Value', 'Meaning'],
          headersOf(channel).map(([name, ...more]) => [`\`${name}\``, ...more])
        )
      ]),
      ...published.map(section)
    ].join('\n\n') + '\n'
  )
}

const values: Readonly<Record<RecordShape, string>> = {
  row:
    'The value has five fields: `id` of the outbox row, `event`, `event_id` (the key again), `payload` as JSON text, and ' +
    '`created_at` in UTC. Everything else is a header, as UTF-8 text:',
  routed: 'The value is the payload as JSON text. Everything else is a header, as UTF-8 text:'
}

function section(published: Published): string {
  const {
    event,
    channel: { source }
  } = published
  const example = exampleRecord(published)
  return [
    `## ${event.name}`,
    ...(event.description === undefined ? [] : [event.description]),
    `Version ${event.version}, defined in [${source}](../${source}).`,
    table(['Field of the payload', 'Type', ''], fieldsOf(payloadSchema(event))),
    ...(example === undefined ? [] : [`\`\`\`json\n${JSON.stringify(example, null, 2)}\n\`\`\``])
  ].join('\n\n')
}

function fieldsOf(schema: JsonSchema): readonly (readonly string[])[] {
  return Object.entries(schema.properties ?? {}).map(([name, field]) => [
    `\`${name}\``,
    typeOf(field),
    [schema.required?.includes(name) === true ? '' : 'optional', field.description ?? ''].filter(Boolean).join('. ')
  ])
}

function typeOf({ type, format, enum: values, anyOf }: JsonSchema): string {
  if (values !== undefined) return values.map(value => `\`${JSON.stringify(value)}\``).join(' or ')
  if (anyOf !== undefined) return anyOf.map(typeOf).join(' or ')
  const names = [type ?? 'any'].flat().join(' or ')
  return format === undefined ? names : `${names} (${format})`
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}
