import type { Expectation } from '@outbox-cdc/outbox/saga'

/**
 * A system: its services, databases, topics and connectors, and how its events flow. The starter, the welcome table,
 * status, reset, the keeper and the console read all they know from it. Paths start at the root of the repository.
 */
export type System = {
  readonly name: string
  readonly services: readonly Service[]
  readonly databases: Readonly<Record<string, Database>>
  /** How many brokers it starts on if no option says so; 1 when left out. */
  readonly brokers?: 1 | 2 | 3
  /** Usual ports of the parts beside the services, where a service has the port that such a part usually has. */
  readonly ports?: Readonly<Partial<Record<'keeper' | 'connect' | 'jmx' | 'registry', number>>>
  /** The brokers create no topic by themselves. */
  readonly topics: readonly Topic[]
  /** The connector files for JSON events and, with --registry, for Avro events. Each format has its own folder. */
  readonly connectors: {
    readonly json: readonly string[]
    readonly avro?: readonly string[]
    /** What the files may refer to as `${NAME}`, such as the name of a topic, beside the addresses of the servers. */
    readonly variables?: Readonly<Record<string, string>>
  }
  /** What the starter shows beside the console's address. */
  readonly about: string
  /** The paths of its events. What shows one only, such as the console at first, shows the first. */
  readonly hops: readonly [Hop, ...Hop[]]
  /** Which events must follow which, as `expectAfter` of the library declares it beside the events of a service. */
  readonly sagas?: { readonly expectations: readonly Expectation[] }
  /** A service that checks what must always hold; it answers `GET /invariants`. Only `--playground` starts it. */
  readonly playground?: { readonly oracle: Service }
  /** One measured picture, an SVG in the repository, that the console shows below the flow. */
  readonly figure?: { readonly title: string; readonly file: string; readonly about: string }
  /** Commands that the starter suggests when all is up; `{name-of-a-service}` becomes its host and port. */
  readonly tryIt: readonly string[]
}

export type Service = {
  readonly name: string
  /** What the starter shows beside its address. */
  readonly about: string
  readonly main: string
  /** Runs before the service starts, in the same environment, but with the account that owns the database. */
  readonly migrate?: string
  /** Rebuilds the views of the service, with the account that owns the database: `npm run rebuild`. */
  readonly rebuild?: string
  /** The service gets its port as HTTP_PORT. */
  readonly port: { readonly variable: string; readonly usual: number }
  /** Of its gRPC server, if it has one. The service gets the port as GRPC_PORT. */
  readonly grpc?: { readonly variable: string; readonly usual: number; readonly about: string }
  /**
   * Whether several of its processes may run, with one account and in one consumer group. Then each service that gets its URL
   * takes a list of them, separated by commas, and asks those that are ready.
   */
  readonly replicas?: boolean
  /**
   * Customers wait for its answers. While the cores are busy, everything of the system that doesn't go first gets a tenth of its
   * share: for a service whose work is short, on a machine that it shares with the rest.
   */
  readonly goesFirst?: boolean
  /** The path that answers 2xx when the service can be used. */
  readonly ready: string
  readonly env: Readonly<Record<string, Value>>
  /** What it reads from Kafka, for a service that has the addresses of the brokers: a secured broker lets it read nothing else. */
  readonly reads?: { readonly topics: readonly string[]; readonly group: string }
  /** The topics that the events in its outbox go to. A topic has the events of one service. */
  readonly publishes?: readonly string[]
  /** The services that it asks while it answers a request or handles an event: the console shows their circuit breakers. */
  readonly calls?: readonly string[]
}

/**
 * A text, or where the value comes from; `variable` is one of the starter's own environment. A source that has no value, such
 * as an absent registry, sets no variable.
 */
export type Value =
  | string
  | { readonly variable: string }
  | { readonly account: string; readonly database: string }
  | { readonly urlOf: string }
  /** A folder of the service's own among the secrets, which the service fills. */
  | { readonly secretsIn: string }
  | { readonly from: 'brokers' | 'console' | 'registry' | 'outbox store' | 'outbox writer' }

export type Engine = 'mysql' | 'postgres'

export type Database = {
  readonly engine: Engine
  /** Who may do what. The starter creates each account with a generated password. */
  readonly accounts: Readonly<Record<string, Role>>
}

/**
 * `owner` changes tables and `service` changes rows. `capture` reads the binlog or the WAL for Debezium. `probe` writes the
 * keeper's heartbeat. `read` may only look; `read and retry` may also release parked events.
 */
export type Role = 'owner' | 'service' | 'capture' | 'probe' | 'read' | 'read and retry'

export type Topic = {
  readonly name: string
  readonly partitions: number
  /** On a topic with the schema history of a connector on MySQL: the `topic.prefix` of the connector. */
  readonly historyOf?: string
  readonly config: Readonly<Record<string, string | number>>
}

/** The path of an event from the row that causes it to the row that it causes: what the console shows and the audit compares. */
export type Hop = {
  /** What a person calls it by; its first event if left out. */
  readonly name?: string
  readonly writer: string
  /** The events that one row of `aggregate` may cause: one of them, once. */
  readonly events: readonly [string, ...string[]]
  /** A request to the writer that writes one; the console's page may send it. */
  readonly example?: { readonly path: string; readonly body: object }
  readonly aggregate: {
    /** What one is called, in the singular. */
    readonly name: string
    readonly database: string
    readonly table: string
    readonly idColumn: string
    readonly createdAtColumn: string
    readonly outboxTable: string
  }
  readonly connector: string
  readonly topic: string
  readonly consumer: string
  readonly group: string
  readonly effect: {
    readonly database: string
    readonly table: string
    readonly aggregateIdColumn: string
    readonly appliedAtColumn: string
    /** The column that names the event which caused a row, for a table that has rows of other causes too. */
    readonly eventColumn?: string
  }
}

/** What the port of a service's gRPC server is called by. */
export const grpcName = ({ name }: Pick<Service, 'name'>): string => `${name}-grpc`

/** What a hop is called by. */
export const nameOf = ({ name, events }: Hop): string => name ?? events[0]

/** The databases of a system that are on one engine. */
export function databasesOn({ databases }: Pick<System, 'databases'>, engine: Engine) {
  const entries = Object.entries(databases).filter(([, database]) => database.engine === engine)
  return entries.map(([name, { accounts }]) => ({ name, accounts }))
}

/** The database servers that a system needs. */
export function enginesOf({ databases }: System): ReadonlySet<Engine> {
  return new Set(Object.values(databases).map(({ engine }) => engine))
}

/** What is wrong with a description, one sentence each; empty when it can be started. */
export function problemsOf(system: System): readonly string[] {
  const { databases, hops, playground, services, topics, tryIt } = system
  const serviceNames = new Set(services.map(({ name }) => name))
  const problems: string[] = []
  const require = (fine: boolean, problem: string) => void (fine || problems.push(problem))
  const requireAccount = (user: string, account: string, database: string) =>
    require(databases[database]?.accounts[account] !==
      undefined, `${user} uses the account ${account}, which has no role in the database ${database}.`)

  for (const { name, accounts } of databasesOn(system, 'postgres'))
    require(Object.values(accounts).includes(
      'owner'
    ), `The database ${name} is PostgreSQL and needs an account with the role owner.`)
  const topicNames = new Set(topics.map(({ name }) => name))
  for (const { name, env, reads } of [...services, ...(playground === undefined ? [] : [playground.oracle])]) {
    const hasBrokers = Object.values(env).some(
      value => typeof value === 'object' && 'from' in value && value.from === 'brokers'
    )
    require(hasBrokers ===
      (reads !== undefined), `${name} needs both the addresses of the brokers and "reads", or neither.`)
    for (const topic of reads?.topics ?? [])
      require(topicNames.has(topic), `${name} reads ${topic}, which is no topic.`)
    for (const [variable, value] of Object.entries(env)) {
      if (typeof value === 'string') continue
      if ('account' in value) requireAccount(`${name} (${variable})`, value.account, value.database)
      if ('urlOf' in value)
        require(serviceNames.has(
          value.urlOf
        ), `${name} (${variable}) needs the URL of ${value.urlOf}, which is no service.`)
    }
  }
  const hopNames = hops.map(nameOf)
  for (const hop of hops) {
    const { writer, consumer, topic, aggregate, effect } = hop
    const about = `The hop ${nameOf(hop)}`
    require(hopNames.indexOf(nameOf(hop)) === hops.indexOf(hop), `Two hops are called ${nameOf(hop)}.`)
    for (const name of [writer, consumer])
      require(serviceNames.has(name), `${about} names ${name}, which is no service.`)
    require(topicNames.has(topic), `${about} names ${topic}, which is no topic.`)
    requireAccount('The keeper', 'keeper', aggregate.database)
    for (const { database } of [aggregate, effect]) requireAccount('The console', 'console', database)
  }
  for (const [, name = ''] of tryIt.join().matchAll(/\{([a-z][\w-]*)\}/g))
    require(serviceNames.has(name), `tryIt names ${name}, which is no service.`)
  return [...problems, ...callProblems(system), ...writerProblems(system)]
}

/** What is wrong with who calls whom. A service is told where the others are. */
function callProblems({ services }: System): readonly string[] {
  const names = services.map(({ name }) => name)
  return services.flatMap(({ name, calls = [], env }) => {
    const told = Object.values(env).flatMap(value => (typeof value === 'object' && 'urlOf' in value ? value.urlOf : []))
    return calls.flatMap(call => {
      if (call === name || !names.includes(call)) return `${name} calls ${call}, which is no other service.`
      return told.includes(call) ? [] : `${name} calls ${call} and needs its URL in a variable: { urlOf: '${call}' }.`
    })
  })
}

/** What is wrong with who writes which topic, and with who must answer. */
function writerProblems({ services, topics, hops, sagas }: System): readonly string[] {
  const writers = services.flatMap(({ name, publishes = [] }) => publishes.map(topic => ({ name, topic })))
  const writes = (service: string, topic: string) => writers.some(one => one.name === service && one.topic === topic)
  const topicNames = new Set(topics.map(({ name }) => name))
  return [
    ...writers
      .filter(({ topic }) => !topicNames.has(topic))
      .map(({ name, topic }) => `${name} publishes to ${topic}, which is no topic.`),
    ...writers
      .filter(({ topic }, at) => writers.findIndex(one => one.topic === topic) !== at)
      .map(({ name, topic }) => `${name} publishes to ${topic}, as another service does.`),
    ...hops
      .filter(({ writer, topic }) => topicNames.has(topic) && !writes(writer, topic))
      .map(hop => `The hop ${nameOf(hop)} needs ${hop.topic} in what ${hop.writer} publishes.`),
    ...(sagas?.expectations ?? [])
      .filter(({ from }) => !writers.some(({ name }) => name === from))
      .map(({ after, from }) => `What follows ${after} must come from ${from}, which publishes nothing.`)
  ]
}
