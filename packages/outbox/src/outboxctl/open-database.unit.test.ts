import { expect, it } from 'vitest'
import { withDatabase } from './open-database.ts'

it('takes the same URL as the services, with TLS too', async () => {
  const asked = withDatabase(
    'mysql://ann:secret@127.0.0.1:1/orders?ssl=true',
    async db => void (await db.raw('SELECT 1'))
  )
  await expect(asked).rejects.toMatchObject({ code: 'ECONNREFUSED' })
})
