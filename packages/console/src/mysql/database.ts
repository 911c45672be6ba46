import { createPool, type PoolOptions } from 'mysql2/promise'

/** A few connections for short reads, each bounded in time. */
export type Database = {
  rows<Row>(sql: string, values?: readonly unknown[]): Promise<Row[]>
  close(): Promise<void>
}

const boundMs = 1_500

export function createDatabase(url: string): Database {
  const pool = createPool(optionsFrom(url))
  pool.on('connection', connection => connection.query("SET SESSION time_zone = '+00:00', transaction_read_only = 1"))
  return {
    async rows(sql, values = []) {
      const connection = await pool.getConnection()
      try {
        const [answer] = await connection.query({ sql, values: [...values], timeout: boundMs })
        connection.release()
        return answer as never
      } catch (error) {
        // A late answer must not meet the next question.
        connection.destroy()
        throw error
      }
    },
    close: () => pool.end()
  }
}

function optionsFrom(url: string): PoolOptions {
  const { hostname, port, username, password, pathname, searchParams } = new URL(url)
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port || 3306),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    database: decodeURIComponent(pathname.slice(1)),
    connectionLimit: 4,
    connectTimeout: boundMs,
    timezone: 'Z',
    // Microseconds, which a Date cannot hold, decide who was first.
    dateStrings: true,
    supportBigNumbers: true,
    ...(searchParams.get('ssl') === 'true' && { ssl: {} })
  }
}
