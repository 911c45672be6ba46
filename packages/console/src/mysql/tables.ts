import type { Knex } from 'knex'
import type { Config } from '../config.ts'

/** A row of the table that causes events (the aggregates), or of the table that the consumer writes (their effects). */
export type Row = {
  /** The aggregate's id. */
  readonly id: number
  /** When it was committed or applied: milliseconds since 1970, with their fraction. */
  readonly at: number
  /** Its other columns. */
  readonly columns: Readonly<Record<string, unknown>>
}

export type Table = ReturnType<typeof createTable>

/** The settings name a table or a column that does not exist: a person has to correct them. */
export class ConfigurationError extends Error {}

/** Counts stop here: a sample each second must stay cheap. */
const mostCounted = 20_000
const answerTimeoutMs = 1_500

type Named = Readonly<Record<'table' | 'idColumn' | 'timeColumn', string>> & { readonly variables: string }

const variablesOf = {
  aggregates: ['AGGREGATE_TABLE', 'AGGREGATE_ID_COLUMN', 'AGGREGATE_CREATED_AT_COLUMN'],
  effects: ['EFFECT_TABLE', 'EFFECT_AGGREGATE_ID_COLUMN', 'EFFECT_APPLIED_AT_COLUMN']
} as const

/** The table that the settings name; undefined without settings. */
export function openTable(of: keyof typeof variablesOf, db: Knex | undefined, config: Config): Table | undefined {
  const [table, id, time] = variablesOf[of]
  const names = { idColumn: config[id], timeColumn: config[time], variables: `${table}, ${id} and ${time}` }
  return db && config[table] ? createTable(db, { ...names, table: config[table] }) : undefined
}

function createTable(db: Knex, { table, idColumn, timeColumn, variables }: Named) {
  // A Date would drop the microseconds, which decide which row was first.
  const time = () => db.raw('UNIX_TIMESTAMP(??) * 1000 AS __at', [timeColumn])
  const rows = () => db(table).select('*', time()).timeout(answerTimeoutMs)

  function rowOf(raw: Record<string, unknown>): Row {
    const { [idColumn]: id, [timeColumn]: _time, __at: at, ...columns } = raw
    return { id: Number(id), at: Number(at), columns }
  }

  async function explained<T>(query: PromiseLike<T>): Promise<T> {
    try {
      return await query
    } catch (error) {
      const { code, sqlMessage } = error as { code?: string; sqlMessage?: string }
      if (code !== 'ER_NO_SUCH_TABLE' && code !== 'ER_BAD_FIELD_ERROR') throw error
      throw new ConfigurationError(`${sqlMessage ?? code}. Check ${variables}`, { cause: error })
    }
  }

  return {
    db,
    async newest(limit: number, before?: number): Promise<readonly Row[]> {
      const query = rows().orderBy(idColumn, 'desc').limit(limit)
      return (await explained(before === undefined ? query : query.where(idColumn, '<', before))).map(rowOf)
    },
    async find(id: number): Promise<Row | undefined> {
      return (await explained(rows().where(idColumn, id).limit(1))).map(rowOf)[0]
    },
    /** The times of these rows; those that do not exist are left out. */
    async times(ids: readonly number[]): Promise<ReadonlyMap<number, number>> {
      const query = db(table).select(`${idColumn} as __id`, time()).whereIn(idColumn, ids).timeout(answerTimeoutMs)
      return new Map((await explained(query)).map(({ __id, __at }) => [Number(__id), Number(__at)]))
    },
    /** How many rows have a greater id, up to a bound. */
    countAfter: (id: number) => explained(countUpTo(db, db(table).select(db.raw('1')).where(idColumn, '>', id)))
  }
}

/** How many rows a query finds, up to `mostCounted`. */
export async function countUpTo(db: Knex, query: Knex.QueryBuilder): Promise<number> {
  const counted = await db.from(query.limit(mostCounted).as('some')).count({ n: '*' }).timeout(answerTimeoutMs)
  return Number(counted[0]?.['n'] ?? 0)
}

const withheld = new Set(['ER_NO_SUCH_TABLE', 'ER_TABLEACCESS_DENIED_ERROR', 'ER_SPECIFIC_ACCESS_DENIED_ERROR'])

/** Undefined where a table or a right is missing: the page shows other pipelines too, and not each has both. */
export async function optional<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof Error && 'code' in error && withheld.has(String(error.code))) return undefined
    throw error
  }
}
