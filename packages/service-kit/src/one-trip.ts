import type { OneTripOutbox, openOneTripOutbox } from '@outbox-cdc/outbox/one-trip'
import { databaseAt, explaining } from './explain.ts'
import { mysqlConnection } from './mysql-connection.ts'
import { type PoolOptions, usualSilenceMs, waitMs } from './pool-limits.ts'

type Events = Pick<Parameters<typeof openOneTripOutbox>[0], 'store' | 'encoding' | 'maxEventBytes'>
type Options = Events & Pick<PoolOptions, 'url' | 'name' | 'poolSize'>

/**
 * `openOneTripOutbox` with the connections and the limits of `createMysql`. It connects at the first commit, so a service
 * starts while MySQL is away: a commit then fails within the usual limits, and the next one tries again.
 */
export function createOneTripOutbox({ url, name, poolSize: connections = 16, ...options }: Options): OneTripOutbox {
  let opening: Promise<OneTripOutbox> | undefined

  async function open(): Promise<OneTripOutbox> {
    const { openOneTripOutbox } = await import('@outbox-cdc/outbox/one-trip')
    const connection = mysqlConnection(url, name)
    return openOneTripOutbox({ ...options, connection, connections, waitMs, silenceMs: usualSilenceMs })
  }

  function opened(): Promise<OneTripOutbox> {
    opening ??= explaining(databaseAt(url), open).catch((error: unknown) => {
      opening = undefined
      throw error
    })
    return opening
  }

  return {
    commit: async (statements, events) => (await opened()).commit(statements, events),
    close: async () => (await opening?.catch(() => undefined))?.close()
  }
}
