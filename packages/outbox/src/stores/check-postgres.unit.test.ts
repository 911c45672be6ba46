import { expect, it } from 'vitest'
import { checkPostgres } from './check-postgres.ts'

const table = { encoding: 'UTF8', persistence: 'p', event_id: 'bigint', published_by: 'outbox', messages: null }

it.each(['delete', 'message'] as const)('refuses the store %s where wal_level is not logical', async store => {
  const found = { ...table, messages: store === 'message' ? 'outbox messages with integer ids' : null }
  const at = (wal_level: string) => checkPostgres({ store }, async () => [{ ...found, wal_level }])
  expect(await at('logical')).toMatchObject({ ids: 'integer' })
  await expect(at('replica')).rejects.toMatchObject({
    code: 'WAL_UNFIT',
    retryable: false,
    message: expect.stringContaining('Debezium needs wal_level=logical; this server has replica')
  })
})
