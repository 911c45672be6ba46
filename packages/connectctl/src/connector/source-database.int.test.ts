import { useStack } from '@outbox-cdc/test-support/use-stack'
import { expect, it } from 'vitest'
import { rowsOf, withSourceDatabase } from './source-database.ts'

it('does not wait for a MySQL that falls silent in the middle of a statement', async () => {
  const { host, port, rootPassword } = useStack().mysql
  const config = { 'database.hostname': host, 'database.port': String(port), 'database.user': 'root' }
  const asked = withSourceDatabase({ ...config, 'database.password': rootPassword }, {}, connection =>
    rowsOf(connection, 'SELECT SLEEP(60)')
  )
  await expect(asked).rejects.toMatchObject({ code: 'PROTOCOL_SEQUENCE_TIMEOUT' })
}, 30_000)
