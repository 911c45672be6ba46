/**
 * Why a database call failed although the call itself is fine. `transient`: passes by itself, such as a deadlock or a
 * restart. `unavailable`: the server refuses until a person repairs it, such as a full disk or a wrong password.
 * `unmigrated`: a table, column or database does not exist yet.
 */
export type DatabaseFault = 'transient' | 'unavailable' | 'unmigrated'

const lockConflicts = 'ER_LOCK_DEADLOCK ER_LOCK_WAIT_TIMEOUT ER_LOCK_NOWAIT 40P01 55P03'
const codesOf: Readonly<Record<DatabaseFault, string>> = {
  transient:
    `${lockConflicts} ER_LOCK_TABLE_FULL ER_SERVER_SHUTDOWN ER_NORMAL_SHUTDOWN ER_CON_COUNT_ERROR ER_TOO_MANY_USER_CONNECTIONS ` +
    'ER_USER_LIMIT_REACHED ER_OPTION_PREVENTS_STATEMENT ER_READ_ONLY_MODE ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION ' +
    'ER_CLIENT_INTERACTION_TIMEOUT ER_QUERY_INTERRUPTED ER_QUERY_TIMEOUT ER_TRANSACTION_ROLLBACK_DURING_COMMIT ' +
    'ER_NET_READ_INTERRUPTED ER_NEW_ABORTING_CONNECTION PROTOCOL_CONNECTION_LOST PROTOCOL_SEQUENCE_TIMEOUT POOL_CLOSED ' +
    'ECONNREFUSED ECONNRESET EPIPE ETIMEDOUT EHOSTUNREACH ENETUNREACH ENOTFOUND EAI_AGAIN ' +
    // Serialization failure, too many connections, read-only, statement cancelled, shutting down, crashed, starting up.
    '40001 53300 25006 57014 57P01 57P02 57P03',
  unavailable:
    'ER_DISK_FULL ER_RECORD_FILE_FULL ER_OUT_OF_RESOURCES ER_OUTOFMEMORY ER_ENGINE_OUT_OF_MEMORY ER_HOST_IS_BLOCKED ' +
    'ER_ACCESS_DENIED_ERROR ER_DBACCESS_DENIED_ERROR ER_TABLEACCESS_DENIED_ERROR ' +
    // Not allowed, in three ways.
    '42501 28000 28P01',
  unmigrated: 'ER_BAD_DB_ERROR ER_NO_SUCH_TABLE ER_BAD_FIELD_ERROR 3D000 42P01 42703'
}
const faults = new Map(
  Object.entries(codesOf).flatMap(([fault, codes]) => codes.split(' ').map(code => [code, fault as DatabaseFault]))
)
const lockCodes = new Set(lockConflicts.split(' '))

/**
 * Classifies an error of MySQL, PostgreSQL, knex or the network, by its own code or that of its causes. Undefined means
 * that the call is at fault, or that the error is not one of a database.
 */
export function databaseFault(error: unknown): DatabaseFault | undefined {
  if (!(error instanceof Error)) return undefined
  return ownFault(error) ?? databaseFault(error.cause)
}

/** Whether another transaction holds the rows: a deadlock, a lock wait that timed out, or NOWAIT that was refused. */
export function isLockConflict(error: unknown): boolean {
  return lockCodes.has(codeOf(error))
}

// Drivers have no code for some ends of a connection, and pg none for its timeouts.
const codelessEnds =
  /Connection terminated|connection is in closed state|is not queryable|Query read timeout|timeout exceeded when trying to connect/i

/** The same without a look at the causes. */
export function ownFault(error: Error): DatabaseFault | undefined {
  const code = codeOf(error)
  const known = faults.get(code)
  if (known !== undefined) return known
  if (error.name === 'KnexTimeoutError') return 'transient'
  // PostgreSQL's classes: 08 connection, 53 insufficient resources, 58 system error.
  if (/^08[0-9A-Z]{3}$/.test(code)) return 'transient'
  if (/^5[38][0-9A-Z]{3}$/.test(code)) return 'unavailable'
  if (codelessEnds.test(error.message)) return 'transient'
  if (!('fatal' in error && error.fatal === true)) return undefined
  return code === '' ? 'transient' : 'unavailable'
}

/** The code that a driver or Node gave an error; empty if there is none. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
}
