import { statfs } from 'node:fs/promises'

export type FatalCause = {
  readonly cause: string
  /** One sentence for the person on call. */
  readonly summary: string
  readonly page: string
}

const page = (anchor: string) => `docs/runbook.md#${anchor}`

const known: readonly (FatalCause & { readonly pattern: RegExp })[] = [
  {
    cause: 'binlog_purged',
    summary:
      'MySQL has purged the binlog that the connector still had to read: events are missing and must be sent again',
    page: page('binlog-purged'),
    pattern: /is no longer available on the server|purged (required )?binary logs|Could not find first log file name/i
  },
  {
    cause: 'schema_history_lost',
    summary: 'the schema history is gone or incomplete, so the connector does not know the columns of a table',
    page: page('schema-history-lost'),
    pattern:
      /db history topic is missing|schema isn't known to this connector|schema history (topic )?.*(missing|not found)/i
  },
  {
    cause: 'ddl_unparseable',
    summary: 'Debezium cannot parse a statement that changed a table (in the binlog, or in the schema history)',
    page: page('ddl-unparseable'),
    pattern: /DDL statement couldn't be parsed|ParsingException|MultipleParsingExceptions/
  },
  {
    cause: 'server_id_taken',
    summary: "another replica reads this MySQL with the connector's database.server.id, and they disconnect each other",
    page: page('server-id-taken'),
    pattern: /same server_uuid\/server_id|same server_id/i
  },
  {
    cause: 'grants_missing',
    summary: "MySQL refuses the account: a grant is missing, or the password is not the account's",
    page: page('grants-missing'),
    pattern: /Access denied|command denied to user|ER_(TABLE|DB|SPECIFIC)?_?ACCESS_DENIED/i
  },
  {
    cause: 'offsets_lost',
    summary: 'the stored offsets are gone, and the connector refuses to start at the present',
    page: page('offsets-lost'),
    pattern: /Could not find existing (redo log|binlog) information/i
  },
  {
    cause: 'disk_full',
    summary: 'a disk is full: commits or Kafka writes are waiting for space',
    page: page('disk-full'),
    pattern: /No space left on device|ER_DISK_FULL|Disk is full|ER_RECORD_FILE_FULL|The table .* is full|errno 28\b/i
  }
]

/** What no restart can heal, recognised by the words of the error; undefined for everything else. */
export function fatalCauseIn(text: string): FatalCause | undefined {
  const found = known.find(({ pattern }) => pattern.test(text))
  return found && { cause: found.cause, summary: found.summary, page: found.page }
}

function diskFull(path: string): FatalCause {
  const cause = fatalCauseIn('No space left on device')
  return { cause: 'disk_full', summary: `${path} has no space left: ${cause?.summary ?? ''}`, page: page('disk-full') }
}

export type DiskWatch = { readonly look: () => Promise<void>; readonly found: () => FatalCause | undefined }

/** Watches the free space where MySQL and Kafka write, when that is on this machine. */
export function createDiskWatch(paths: readonly string[], leastFreeBytes: number): DiskWatch {
  let found: FatalCause | undefined
  async function look(): Promise<void> {
    const full = await Promise.all(paths.map(path => isFull(path, leastFreeBytes)))
    const path = paths[full.indexOf(true)]
    found = path === undefined ? undefined : diskFull(path)
  }
  return { look, found: () => found }
}

async function isFull(path: string, leastFreeBytes: number): Promise<boolean> {
  try {
    const { bavail, bsize } = await statfs(path)
    return bavail * bsize < leastFreeBytes
  } catch {
    return false
  }
}
