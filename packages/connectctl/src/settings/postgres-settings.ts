/** The settings that only Debezium's PostgreSQL connector 3.6 has, or that take other values there. */
export const booleans = `
  database.tcpKeepAlive flush.lsn.source include.unknown.datatypes internal.log.position.check.enable
  publish.via.partition.root slot.drop.on.stop slot.failover
`

export const numbers = `
  create.slot.command.timeout lsn.flush.timeout.ms slot.max.retries slot.retry.delay.ms status.update.interval.ms
  xmin.fetch.interval.ms
`

export const texts = `
  column.propagate.source.type database.dbname database.sslcert database.sslfactory database.sslkey
  database.sslpassword database.sslrootcert message.prefix.exclude.list message.prefix.include.list publication.name
  replica.identity.autoset.values schema.exclude.list schema.include.list slot.name slot.seek.to.known.offset.on.start
  slot.stream.params snapshot.locking.mode.custom.name unavailable.value.placeholder
`

export const modes = {
  'database.sslmode': 'allow|disable|prefer|require|verify-ca|verify-full',
  'hstore.handling.mode': 'json|map',
  'interval.handling.mode': 'numeric|string',
  'lsn.flush.mode': 'connector|connector_and_driver|manual',
  'lsn.flush.timeout.action': 'fail|ignore|warn',
  'offset.mismatch.strategy': 'no_validation|trust_greater_lsn|trust_offset|trust_slot',
  'plugin.name': 'decoderbufs|pgoutput',
  'publication.autocreate.mode': 'all_tables|disabled|filtered|no_tables',
  'schema.refresh.mode': 'columns_diff|columns_diff_exclude_unchanged_toast',
  'snapshot.isolation.mode': 'read_committed|read_uncommitted|repeatable_read|serializable',
  'snapshot.locking.mode': 'custom|none|shared',
  'snapshot.mode': 'always|configuration_based|custom|initial|initial_only|no_data|when_needed'
} as const
