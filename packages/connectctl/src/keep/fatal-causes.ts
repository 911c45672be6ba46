import { statfs } from 'node:fs/promises'
import type { Engine } from '../settings/engine.ts'
import type { Source } from '../source/source.ts'

export type FatalCause = {
  readonly cause: string
  /** One sentence for the person on call. */
  readonly summary: string
  readonly page: string
}

type Known = Readonly<Record<string, readonly [words: RegExp, summary: string]>>

const diskFull =
  /No space left on device|ER_DISK_FULL|Disk is full|ER_RECORD_FILE_FULL|The table .* is full|errno 28\b/i
/** The words of Java's clients, and of ours. Kafka's come first, because it wraps those about certificates. */
const securityCauses: Known = {
  kafka_refuses: [
    /(Sasl|Ssl)AuthenticationException|(Topic|Group|Cluster|TransactionalId)AuthorizationException/,
    'Kafka refuses the worker or the connector: a password is wrong, an ACL is missing, or a certificate is not accepted'
  ],
  certificate_refused: [
    /PKIX path|CertificateExpiredException|CertificateException|No (name|subject alternative .*) matching|hostname .* could not be verified|^The certificate of /i,
    'the certificate of the database is not accepted: it has expired, is for another host, or its authority is unknown'
  ]
}

const mysqlCauses: Known = {
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
    /Public Key Retrieval is not allowed|require_secure_transport|insecure transport|demands TLS:/i,
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
    /Access denied|refuses '|has no grant on|command denied to user|ER_(TABLE|DB|SPECIFIC)?_?ACCESS_DENIED/i,
    "MySQL refuses the account: a grant is missing, or the password is not the account's"
  ],
  offsets_lost: [
    /Could not find existing (redo log|binlog) information/i,
    'the stored offsets are gone, and the connector refuses to start at the present'
  ],
  disk_full: [diskFull, 'a disk is full: commits or Kafka writes are waiting for space']
}

const postgresCauses: Known = {
  slot_invalidated: [
    /can no longer (get changes from|access) replication slot|has been invalidated|invalidated because/i,
    'PostgreSQL has invalidated the slot: events are missing and must be sent again'
  ],
  slot_lost: [
    /is no longer available on the server|replication slot "[^"]*" does not exist|Cannot seek to the last known offset/i,
    'the slot is gone, or was made again after the stored offset: events are missing and must be sent again'
  ],
  publication_missing: [
    /Publication autocreation is disabled|publication "[^"]*" does not exist/i,
    'the publication is missing: PostgreSQL sends no event'
  ],
  connection_insecure: [
    /no pg_hba\.conf entry for .*(no encryption|SSL off)|without TLS/i,
    'PostgreSQL takes no login over a connection without TLS'
  ],
  grants_missing: [
    /permission denied|refuses \S+:|authentication failed|no pg_hba\.conf entry|is not permitted to log in|role "[^"]*" does not exist/i,
    "PostgreSQL refuses the account: a grant is missing, or the password is not the account's"
  ],
  disk_full: [
    /No space left on device|could not extend file/i,
    'a disk is full: commits or Kafka writes are waiting for space'
  ]
}

const causes: Readonly<Record<Engine, Known>> = {
  MySQL: { ...securityCauses, ...mysqlCauses },
  PostgreSQL: { ...securityCauses, ...postgresCauses }
}
/** Seen at the database, while Connect may say RUNNING. */
const seenCauses = ['slot_lag']

export const causeNames = [...new Set([...Object.values(causes).flatMap(known => Object.keys(known)), ...seenCauses])]

/** What no restart can heal, recognised by the words of the error; undefined for everything else. */
export function fatalCauseIn(text: string, engine: Engine): FatalCause | undefined {
  const found = Object.entries(causes[engine]).find(([, [words]]) => words.test(text))
  return found && fatalCause(found[0], found[1][1])
}

export function fatalCause(cause: string, summary: string): FatalCause {
  return { cause, summary, page: `docs/runbook.md#${cause.replaceAll('_', '-')}` }
}

/** Names the cause in a trace, and asks the database where others have the same words, once for each trace. */
export function createCauseReader({ engine, refineCause }: Pick<Source, 'engine' | 'refineCause'>) {
  let last: { readonly trace: string; readonly cause: FatalCause | undefined } | undefined
  return async (trace: string): Promise<FatalCause | undefined> => {
    if (last?.trace === trace) return last.cause
    const found = fatalCauseIn(trace, engine)
    const cause = found && (await refineCause(found.cause, trace))
    const summary = causes[engine][cause ?? '']?.[1] ?? ''
    last = { trace, cause: cause === undefined ? undefined : fatalCause(cause, summary) }
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
    if (free < leastFreeBytes)
      return fatalCause('disk_full', `${path} has no space left: ${mysqlCauses['disk_full']?.[1]}`)
  }
  return undefined
}
