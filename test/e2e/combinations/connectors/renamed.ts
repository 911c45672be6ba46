import { outboxConnector } from '@outbox-cdc/connectctl'

type Config = Readonly<Record<string, string>>

/** A connector of connect-config for the database, slot, publication and topics of another name. */
export function renamed(base: Config, name: string): Config {
  return JSON.parse(JSON.stringify(base).replaceAll('orders', name)) as Config
}

/** Gives the topic that the description names; Connect would create a missing one with the same settings. */
export function routedTo(topic: string, config: Config): Config {
  return {
    ...config,
    'topic.creation.business.include': topic,
    'transforms.route.route.topic.replacement': topic
  }
}

/** The same for an unwrapped outbox: the last transform renames the records' topic. */
export function sentTo(topic: string, config: Config): Config {
  return {
    ...config,
    'topic.creation.business.include': topic,
    transforms: `${config['transforms']},name`,
    'transforms.name.type': 'org.apache.kafka.connect.transforms.RegexRouter',
    'transforms.name.predicate': 'isOutbox',
    'transforms.name.regex': '.*',
    'transforms.name.replacement': topic
  }
}

/** What connectctl init writes for messages with text ids. */
export function ofMessages(name: string, router: boolean): Config {
  return outboxConnector({
    engine: 'postgres',
    store: 'message',
    aggregateId: 'string',
    router,
    database: name,
    table: 'outbox',
    key: 'event_id',
    prefix: `${name}_server`,
    publication: `${name}_outbox`
  })
}
