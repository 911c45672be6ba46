/** The settings that only Debezium's MySQL connector 3.6 has. */
export const booleans = `
  connect.keep.alive enable.time.adjuster gtid.ignore.on.recovery gtid.source.filter.dml.events include.query
  include.schema.changes incremental.snapshot.allow.schema.changes schema.history.internal.skip.unparseable.ddl
  schema.history.internal.store.only.captured.databases.ddl schema.history.internal.store.only.captured.tables.ddl
  use.nongraceful.disconnect
`

export const numbers = `
  binlog.buffer.size binlog.net.read.timeout binlog.net.write.timeout connect.keep.alive.interval.ms
  connect.timeout.ms database.server.id database.server.id.offset min.row.count.to.stream.results
  schema.history.internal.kafka.create.timeout.ms schema.history.internal.kafka.query.timeout.ms
  schema.history.internal.kafka.recovery.attempts schema.history.internal.kafka.recovery.poll.interval.ms
`

export const texts = `
  database.exclude.list database.include.list database.jdbc.driver database.protocol database.ssl.keystore
  database.ssl.keystore.password database.ssl.truststore database.ssl.truststore.password gtid.source.excludes
  gtid.source.includes schema.history.internal schema.history.internal.kafka.bootstrap.servers
  schema.history.internal.kafka.topic
`

export const modes = {
  'bigint.unsigned.handling.mode': 'long|precise',
  'database.ssl.mode': 'disabled|preferred|required|verify_ca|verify_identity',
  'ddl.parser.type': 'default|legacy',
  'inconsistent.schema.handling.mode': 'fail|ignore|skip|warn',
  'snapshot.locking.mode': 'custom|extended|minimal|minimal_percona|minimal_percona_no_table_locks|none',
  'snapshot.mode': 'always|configuration_based|custom|initial|initial_only|no_data|recovery|when_needed'
} as const
