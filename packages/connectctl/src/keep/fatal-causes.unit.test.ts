import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { causeNames, createCauseReader, fatalCauseIn } from './fatal-causes.ts'

// The words of Debezium 3.6.1 and MySQL 9.7, as they were when the cause was made to happen.
it.each([
  [
    'binlog_purged',
    'The connector is trying to read change stream starting at BinlogOffsetContext{…}, but this is no longer available on the server. Reconfigure the connector to use a snapshot mode when needed.'
  ],
  [
    'schema_history_lost',
    "Encountered change event for table orders.outbox whose schema isn't known to this connector"
  ],
  [
    'schema_history_lost',
    'The db history topic is missing. You may attempt to recover it by reconfiguring the connector to recovery.'
  ],
  ['ddl_unparseable', "DDL statement couldn't be parsed. Please open a GitHub issue with the statement 'ALTER …'"],
  [
    'server_id_taken',
    "A replica with the same server_uuid/server_id as this replica has connected to the source; the first event '' at 4"
  ],
  [
    'grants_missing',
    'Access denied; you need (at least one of) the REPLICATION SLAVE privilege(s) for this operation Error code: 1227'
  ],
  ['grants_missing', "INSERT command denied to user 'keeper'@'localhost' for table 'connect_heartbeat'"],
  ['offsets_lost', 'Could not find existing redo log information while attempting schema only recovery snapshot'],
  [
    'schema_mismatch',
    "Error processing UPDATE of row in orders.outbox because it's different column size with internal schema size 12, but before size 13, restart connector with schema recovery mode."
  ],
  [
    'schema_mismatch',
    'Data row is smaller than a column index, internal schema representation is probably out of sync with real database schema'
  ],
  [
    'schema_mismatch',
    'Unexpected value for JDBC type 4 and column event_id INT NOT NULL: class=class java.lang.String'
  ],
  ['schema_mismatch', "Failed to properly convert data value for 'orders.outbox.event_id' of type BIGINT"],
  [
    'position_invalid',
    "bogus data in log event; the first event '' at 4, the last event read from './binlog.000002' at 126"
  ],
  ['position_invalid', 'Client requested source to start replication from position > file size'],
  [
    'position_invalid',
    'NullPointerException: Cannot invoke "com.github.shyiko.mysql.binlog.GtidSet.getUUIDSets()" because "this.gtidSet" is null'
  ],
  ['gtids_unknown', "Replica has more GTIDs than the source has, using the source's SERVER_UUID."],
  ['connection_insecure', 'java.sql.SQLNonTransientConnectionException: Public Key Retrieval is not allowed'],
  ['connection_insecure', 'Connections using insecure transport are prohibited while --require_secure_transport=ON.'],
  ['connection_insecure', 'MySQL at db:3306 demands TLS: set database.ssl.mode to verify_identity'],
  [
    'grants_missing',
    "MySQL at db:3306 refuses 'keeper'@'%': the password is wrong, there is no such account, or the account demands TLS"
  ],
  ['kafka_refuses', 'org.apache.kafka.common.errors.TopicAuthorizationException: Not authorized to access topics: [a]'],
  ['kafka_refuses', 'SslAuthenticationException: SSL handshake failed\nCaused by: PKIX path building failed'],
  ['kafka_refuses', 'org.apache.kafka.common.errors.SaslAuthenticationException: Authentication failed'],
  [
    'certificate_refused',
    'ValidatorException: PKIX path validation failed: java.security.cert.CertPathValidatorException'
  ],
  [
    'certificate_refused',
    'java.security.cert.CertificateException: No subject alternative names matching IP address 127.0.0.1'
  ],
  ['certificate_refused', 'The certificate of MySQL at db:3306 expired on 2026-01-02'],
  ['disk_full', 'java.io.IOException: No space left on device']
])('knows %s by its words', (cause, words) => {
  expect(fatalCauseIn(words, 'MySQL')?.cause).toBe(cause)
})

it.each(['Communications link failure', 'Connection refused', 'Can not read response from server'])(
  'takes «%s» for something that passes',
  words => expect(fatalCauseIn(words, 'MySQL')).toBeUndefined()
)

it('asks the server whether it ever ran what it no longer has, once for each trace', async () => {
  const trace =
    "starting at BinlogOffsetContext{…, restartGtidSet='a:1-5', currentGtidSet='a:1-5'}, but this is no longer available on the server."
  const asked: string[] = []
  const reader = (known: boolean) =>
    createCauseReader({
      engine: 'MySQL',
      refineCause(cause) {
        asked.push(cause)
        return Promise.resolve(known ? cause : 'gtids_unknown')
      }
    })
  const causeIn = reader(false)
  expect((await causeIn(trace))?.cause).toBe('gtids_unknown')
  expect((await causeIn(trace))?.cause).toBe('gtids_unknown')
  expect(asked).toEqual(['binlog_purged'])
  expect((await reader(true)(trace))?.cause).toBe('binlog_purged')
})

it('has a page of the runbook for each cause', async () => {
  const runbook = await readFile(join(import.meta.dirname, '../../../../docs/runbook.md'), 'utf8')
  const pages = [...runbook.matchAll(/^## (\S+)$/gm)].map(([, title]) => title)
  for (const cause of causeNames) expect(pages).toContain(cause.replaceAll('_', '-'))
})

it.each([
  [
    'slot_lost',
    'The connector is trying to read change stream starting at …, but this is no longer available on the server.'
  ],
  ['slot_invalidated', 'ERROR: can no longer access replication slot "orders_outbox"'],
  ['publication_missing', 'Publication autocreation is disabled, please create one and restart the connector.'],
  ['publication_missing', 'ERROR: publication "orders_outbox" does not exist'],
  ['grants_missing', 'FATAL: password authentication failed for user "debezium"'],
  ['disk_full', 'PANIC: could not write to file "pg_wal/xlogtemp.5": No space left on device']
])('knows %s of PostgreSQL by its words', (cause, words) => {
  expect(fatalCauseIn(words, 'PostgreSQL')?.cause).toBe(cause)
})
