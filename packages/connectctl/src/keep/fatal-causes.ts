import { statfs } from 'node:fs/promises'

export type FatalCause = {
  readonly cause: string
  /** One sentence for the person on call. */
  readonly summary: string
  readonly page: string
}

const known: Readonly<Record<string, readonly [words: RegExp, summary: string]>> = {
  binlog_purged: [
    /is no longer available on the server|purged (required )?binary logs|Could not find first log file name/i,
    'MySQL has purged the binlog that the connector still had to read: events are missing and must be sent again'
  ],
  position_invalid: [
    /"this\.gtidSet" is null|position > file size|impossible position|bogus data in log event/i,
    "the stored offset is no place at which MySQL's binlog can be read: within an event, behind its end, or without GTIDs"
  ],
  gtids_unknown: [
    /has more GTIDs than the (source|master) has/i,
    'the stored offset has transactions that this MySQL never ran: it is another server, or was restored or reset'
  ],
  schema_mismatch: [
    /internal schema (size|representation)|Unexpected value for JDBC type|Failed to properly convert/i,
    'the rows of a table have another shape than the schema history says, or a value that Debezium cannot convert'
  ],
  connection_insecure: [
    /Public Key Retrieval is not allowed|require_secure_transport|insecure transport/i,
    'MySQL takes no login over a connection without TLS'
  ],
  schema_history_lost: [
    /db history topic is missing|schema isn't known to this connector|schema history (topic )?.*(missing|not found)/i,
    'the schema history is gone or incomplete, so the connector does not know the columns of a table'
  ],
  ddl_unparseable: [
    /DDL statement couldn't be parsed|ParsingException|MultipleParsingExceptions/,
    'Debezium cannot parse a statement that changed a table (in the binlog, or in the schema history)'
  ],
  server_id_taken: [
    /same server_uuid\/server_id|same server_id/i,
    "another replica reads this MySQL with the connector's database.server.id, and they disconnect each other"
  ],
  grants_missing: [
    /Access denied|command denied to user|ER_(TABLE|DB|SPECIFIC)?_?ACCESS_DENIED/i,
    "MySQL refuses the account: a grant is missing, or the password is not the account's"
  ],
  offsets_lost: [
    /Could not find existing (redo log|binlog) information/i,
    'the stored offsets are gone, and the connector refuses to start at the present'
  ],
  disk_full: [
    /No space left on device|ER_DISK_FULL|Disk is full|ER_RECORD_FILE_FULL|The table .* is full|errno 28\b/i,
    'a disk is full: commits or Kafka writes are waiting for space'
  ]
}

export const causeNames = Object.keys(known)

/** What no restart can heal, recognised by the words of the error; undefined for everything else. */
export function fatalCauseIn(text: string): FatalCause | undefined {
  const found = Object.entries(known).find(([, [words]]) => words.test(text))
  if (found === undefined) return undefined
  const [cause, [, summary]] = found
  return { cause, summary, page: `docs/runbook.md#${cause.replaceAll('_', '-')}` }
}

/**
 * Names the cause in a trace. Debezium says of transactions that the server never ran what it says of a purged binlog, so
 * `knowsGtids` asks the server for those of the connector, once for each trace.
 */
export function createCauseReader(knowsGtids: (gtids: string) => Promise<boolean>) {
  let last: { readonly trace: string; readonly cause: FatalCause | undefined } | undefined
  return async (trace: string): Promise<FatalCause | undefined> => {
    if (last?.trace === trace) return last.cause
    const found = fatalCauseIn(trace)
    const gtids = /restartGtidSet='([^']+)'/.exec(trace)?.[1]
    const isKnown = found?.cause !== 'binlog_purged' || gtids === undefined || (await knowsGtids(gtids))
    last = { trace, cause: isKnown ? found : fatalCauseIn('has more GTIDs than the source has') }
    return last.cause
  }
}

/** A full disk where MySQL and Kafka write, when that is on this machine. */
export async function findFullDisk(paths: readonly string[], leastFreeBytes: number): Promise<FatalCause | undefined> {
  for (const path of paths) {
    const free = await statfs(path).then(
      ({ bavail, bsize }) => bavail * bsize,
      () => Infinity
    )
    const cause = free < leastFreeBytes ? fatalCauseIn('No space left on device') : undefined
    if (cause !== undefined) return { ...cause, summary: `${path} has no space left: ${cause.summary}` }
  }
  return undefined
}
