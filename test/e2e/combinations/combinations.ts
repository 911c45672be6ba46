/** How the events of one writer get to one consumer. */
export type Combination = {
  /** Of its connector, and of the writer's database. */
  readonly name: string
  readonly engine: 'mysql' | 'postgres'
  readonly store: 'delete' | 'message'
  readonly shape: 'unwrapped' | 'routed'
  readonly ids: 'integer' | 'string'
  /** The database in which the consumer has its inbox. */
  readonly inbox: 'mysql' | 'postgres'
  /** The name that the description gives the topic. */
  readonly topic: string
}

/** With the core's own (MySQL, unwrapped, integer), each two of engine with store, shape and kind of id meet at least once. */
export const combinations: readonly Combination[] = [
  {
    name: 'mysql_routed',
    engine: 'mysql',
    store: 'delete',
    shape: 'routed',
    ids: 'string',
    inbox: 'mysql',
    topic: 'orderTopic'
  },
  {
    name: 'postgres_row',
    engine: 'postgres',
    store: 'delete',
    shape: 'unwrapped',
    ids: 'string',
    inbox: 'postgres',
    topic: 'orders.in.rows'
  },
  {
    name: 'postgres_routed',
    engine: 'postgres',
    store: 'delete',
    shape: 'routed',
    ids: 'integer',
    inbox: 'mysql',
    topic: 'orders-routed'
  },
  {
    name: 'postgres_message',
    engine: 'postgres',
    store: 'message',
    shape: 'unwrapped',
    ids: 'integer',
    inbox: 'postgres',
    topic: 'orders_in_messages'
  },
  {
    name: 'message_strings',
    engine: 'postgres',
    store: 'message',
    shape: 'unwrapped',
    ids: 'string',
    inbox: 'mysql',
    topic: 'orders.strings'
  },
  {
    name: 'message_routed',
    engine: 'postgres',
    store: 'message',
    shape: 'routed',
    ids: 'string',
    inbox: 'mysql',
    topic: 'orders-routed-messages'
  }
]

/** The variable that gives a connector's file the name of its topic. */
export const topicVariable = ({ name }: Combination): string => `${name.toUpperCase()}_TOPIC`
