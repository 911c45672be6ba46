import { expect, it } from 'vitest'
import { migrate } from './migrate.ts'

it.each([
  'mysql://ann:secret@127.0.0.1:1/orders?ssl-mode=REQUIRED',
  'postgres://ann:secret@127.0.0.1:1/orders?sslmode=require'
])('accepts the same URL as the service, also with TLS: %s', async url => {
  await expect(migrate({ url, directory: '.', report: () => undefined })).rejects.toMatchObject({
    code: 'ECONNREFUSED'
  })
})
