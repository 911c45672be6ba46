import type { EventDefinition } from '../define-event.ts'
import { OutboxError } from '../errors.ts'
import {
  type EventChannel,
  eventsOf,
  exampleRecord,
  headersOf,
  payloadSchema,
  type Published,
  type RecordShape
} from './event-channel.ts'

/** The document's own title and version. */
export type AsyncApiInfo = { readonly title: string; readonly version: string; readonly description?: string }

/** An AsyncAPI 3.0 document of the channels, as plain data. */
export function asyncApi(info: AsyncApiInfo, channels: readonly EventChannel[]): Readonly<Record<string, unknown>> {
  const published = eventsOf(channels)
  const names = published.map(({ event }) => event.name)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined)
    throw new OutboxError('DEFINITION_INVALID', `Event ${twice} is defined twice: rename one of them`)
  return {
    asyncapi: '3.0.0',
    info,
    defaultContentType: 'application/json',
    channels: Object.fromEntries(channels.map(channel => [channelId(channel), channelObject(channel)])),
    operations: Object.fromEntries(channels.flatMap(operationsOf)),
    components: {
      messages: Object.fromEntries(published.map(each => [each.event.name, message(each)])),
      schemas: Object.fromEntries(published.map(({ event }) => [event.name, componentSchema(event)]))
    }
  }
}

// A component's name takes letters, digits, dots, hyphens and underscores: a topic's name fits, and a key may hold it.
const channelId = ({ topic }: EventChannel) => topic.replaceAll('.', '_')
const ref = (path: string) => ({ $ref: `#/${path}` })

function channelObject(channel: EventChannel) {
  return {
    address: channel.topic,
    description: `Written by ${channel.producer} through its outbox and Debezium; read by ${channel.consumers.join(', ')}.`,
    messages: Object.fromEntries(channel.events.map(({ name }) => [name, ref(`components/messages/${name}`)]))
  }
}

function operationsOf(channel: EventChannel): readonly (readonly [string, object])[] {
  const target = ref(`channels/${channelId(channel)}`)
  const messages = channel.events.map(({ name }) => ref(`channels/${channelId(channel)}/messages/${name}`))
  const operation = (action: string, verb: string) => (service: string) =>
    [`${service}.${action}`, { action, summary: `${service} ${verb}`, channel: target, messages }] as const
  return [operation('send', 'publishes')(channel.producer), ...channel.consumers.map(operation('receive', 'consumes'))]
}

function message(published: Published) {
  const { event, channel } = published
  const { shape = 'row' } = channel
  const example = exampleRecord(published)
  const key = shape === 'row' ? objectOf({ event_id: idSchema(event) }) : idSchema(event)
  return {
    name: event.name,
    title: `${event.name}, version ${event.version}`,
    summary: event.description,
    contentType: 'application/json',
    headers: headersSchema(channel),
    payload: envelope(event, shape),
    bindings: { kafka: { key: objectOf({ payload: key }), bindingVersion: '0.5.0' } },
    examples: example && [{ name: 'example', headers: example.headers, payload: { payload: example.value } }]
  }
}

/** With references, as of a schema that contains itself, that are right from the root of the document. */
function componentSchema(event: EventDefinition): object {
  const root = ref(`components/schemas/${event.name}`).$ref
  const moved = (key: string, value: unknown) =>
    key === '$ref' && typeof value === 'string' ? value.replace(/^#/, root) : value
  return JSON.parse(JSON.stringify(payloadSchema(event)), moved)
}

const objectOf = (properties: object, required: readonly string[] = Object.keys(properties)) => ({
  type: 'object',
  required,
  properties
})

function headersSchema(channel: EventChannel) {
  const headers = headersOf(channel)
  const always = headers.filter(([, presence]) => presence === 'always')
  return objectOf(
    Object.fromEntries(
      headers.map(([name, presence, description]) => {
        return [name, { type: presence === 'always' ? 'string' : ['string', 'null'], description }]
      })
    ),
    always.map(([name]) => name)
  )
}

const idSchema = ({ aggregateId = 'integer' }: EventDefinition) => ({ type: aggregateId })

function envelope(event: EventDefinition, shape: RecordShape) {
  const { name, aggregate } = event
  const payload = {
    type: 'string',
    contentMediaType: 'application/json',
    contentSchema: ref(`components/schemas/${name}`)
  }
  const row = objectOf({
    id: { type: 'integer', description: 'Of the outbox row.' },
    event: { const: name },
    event_id: { ...idSchema(event), description: `Id of the ${aggregate}: the key again.` },
    payload,
    created_at: { type: 'string', format: 'date-time' }
  })
  const [value, described] = shape === 'row' ? [row, 'the five fields'] : [payload, 'the payload']
  const schema = { type: 'object', description: `Kafka Connect's description of ${described}.` }
  return objectOf({ schema, payload: value }, ['payload'])
}
