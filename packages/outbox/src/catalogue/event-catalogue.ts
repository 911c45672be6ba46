import type { EventDefinition } from '../define-event.ts'
import {
  connectorHeaders,
  type EventChannel,
  exampleRecord,
  headerDescriptions,
  type JsonSchema,
  payloadSchema,
  requiredHeaders
} from './event-channel.ts'

/** A Markdown page with everything that a consumer needs to know about each event. The same input gives the same text. */
export function eventCatalogue(channels: readonly EventChannel[]): string {
  const overview = table(
    ['Event', 'Version', 'Topic', 'Key', 'Producer', 'Consumers'],
    channels.flatMap(({ events, topic, producer, consumers }) =>
      events.map(event => [
        `[\`${event.name}\`](#${event.name})`,
        String(event.version),
        `\`${topic}\``,
        `${event.aggregate} id`,
        producer,
        consumers.join(', ')
      ])
    )
  )
  const headers = Object.entries(headerDescriptions).map(([name, text]) => [
    `\`${name}\``,
    requiredHeaders.includes(name) ? 'always' : 'may be empty',
    text
  ])
  const added = Object.entries(connectorHeaders).map(([name, text]) => [`\`${name}\``, 'from the connector', text])
  return (
    [
      '# Event catalogue',
      'Generated from the event definitions by `npm run catalogue`. A test fails when this page is out of date.',
      overview,
      '## Every record',
      'The key is the id of the aggregate. Events with the same key are in the order of their commits. The value has ' +
        'five fields: `id` of the outbox row, `event`, `event_id` (the key again), `payload` as JSON text, and ' +
        '`created_at` in UTC. Everything else is a header, as UTF-8 text:',
      table(['Header', 'Value', 'Meaning'], [...headers, ...added]),
      ...channels.flatMap(channel => channel.events.map(event => section(event, channel)))
    ].join('\n\n') + '\n'
  )
}

function section(event: EventDefinition, { topic, source }: EventChannel): string {
  const example = exampleRecord(event, topic)
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
  return format === undefined ? (type ?? 'any') : `${type} (${format})`
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}
