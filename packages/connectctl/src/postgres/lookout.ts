import type { ConnectorConfig } from '../connect/connect-api.ts'
import { namedTables } from '../settings/named-tables.ts'
import type { Environment } from '../settings/secrets.ts'
import type { Lookout, ProbeAccount, Sighting, Trouble } from '../source/source.ts'
import { connectPostgres, end, rowsOf } from './connection.ts'
import { invalidation, type Slot, slotColumns, slotName } from './slot.ts'

const mebibyte = 1024 * 1024
const lagBytesWithoutLimit = 1024 * mebibyte

const select = `SELECT to_jsonb(slot) AS slot, EXISTS (SELECT 1 FROM pg_publication WHERE pubname = $2) AS published,
    ARRAY(SELECT schemaname || '.' || tablename FROM pg_publication_tables WHERE pubname = $2) AS tables,
    pg_size_bytes(current_setting('max_slot_wal_keep_size'))::float8 AS "limit"
  FROM (SELECT 1) AS one
  LEFT JOIN (SELECT ${slotColumns} FROM pg_replication_slots AS s WHERE s.slot_name = $1) AS slot ON true`

/** What one look finds; `limit` is -1 if no size of the WAL makes PostgreSQL give a slot up. */
export type Seen = {
  readonly slot: Slot | null
  readonly published: boolean
  readonly tables: readonly string[]
  readonly limit: number
}

type LookoutOptions = {
  readonly account: ProbeAccount
  readonly environment: Environment
  readonly lagBytes: number | undefined
}

/** Looks at the slot and the publication, which every account may see. */
export async function openPostgresLookout(
  config: ConnectorConfig,
  { account, environment, lagBytes }: LookoutOptions
): Promise<Lookout> {
  const client = await connectPostgres(config, account, environment)
  const values = [slotName(config), config['publication.name'] ?? 'dbz_publication']
  return {
    async look(): Promise<Sighting> {
      const [seen] = await rowsOf<Seen>(client, select, values)
      if (seen === undefined) return { trouble: undefined, figures: {} }
      const { held, safe } = seen.slot ?? {}
      const figures = {
        ...(held === undefined ? {} : { slot_held_bytes: held }),
        ...(safe === undefined || safe === null ? {} : { slot_safe_bytes: safe })
      }
      return { trouble: troubleIn(seen, config, lagBytes), figures }
    },
    close: () => end(client)
  }
}

/** What a person must know of the slot and the publication, the worst first. */
export function troubleIn(seen: Seen, config: ConnectorConfig, lagBytes?: number): Trouble | undefined {
  const { slot, published, tables, limit } = seen
  const name = slotName(config)
  const trouble = (cause: string, summary: string, isLoss = false): Trouble => ({ cause, summary, isLoss })
  if (slot === null)
    return trouble('slot_lost', `the slot ${name} does not exist: what was committed since is not kept for it`, true)
  const gone = invalidation(slot)
  if (gone !== undefined)
    return trouble(
      'slot_invalidated',
      `PostgreSQL has invalidated the slot ${name} (${gone}): events are missing`,
      true
    )
  const publication = config['publication.name'] ?? 'dbz_publication'
  const absent = namedTables(config).filter(table => table !== 'none.none' && !tables.includes(table))
  if (!published) return trouble('publication_missing', `there is no publication ${publication}`)
  if (absent.length > 0)
    return trouble('publication_missing', `the publication ${publication} has no table ${absent.join(', ')}`)
  const most = lagBytes ?? (limit > 0 ? limit / 2 : lagBytesWithoutLimit)
  if (slot.held <= most && slot.status !== 'unreserved') return undefined
  const rest = slot.safe === null ? 'without a limit' : `and is given up after ${inMiB(Math.max(0, slot.safe))} more`
  return trouble('slot_lag', `the slot ${name} holds ${inMiB(slot.held)} of WAL, ${rest}`)
}

const inMiB = (bytes: number) => `${Math.round(bytes / mebibyte)} MiB`
