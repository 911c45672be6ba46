import { expect, it } from 'vitest'
import { migrate } from './migrate.ts'

it('accepts the same URL as the service, also with TLS', async () => {
  const options = {
    url: 'mysql://ann:secret@127.0.0.1:1/orders?ssl-mode=REQUIRED',
    directory: '.',
    report: () => undefined
  }
  await expect(migrate(options)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
})
