import { expect, it } from 'vitest'
import { fatalCauseIn } from './fatal-causes.ts'

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
  ['disk_full', 'java.io.IOException: No space left on device']
])('knows %s by its words', (cause, words) => {
  expect(fatalCauseIn(words)?.cause).toBe(cause)
})

it.each(['Communications link failure', 'Connection refused', 'Can not read response from server'])(
  'takes «%s» for something that passes',
  words => expect(fatalCauseIn(words)).toBeUndefined()
)
