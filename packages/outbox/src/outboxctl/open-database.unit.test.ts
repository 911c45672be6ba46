import { expect, it } from 'vitest'
import { withDatabase } from './open-database.ts'

const ask = (url: string) => withDatabase(url, async db => void (await db.raw('SELECT 1')))

it.each([
  'mysql://ann:secret@127.0.0.1:1/orders?ssl-mode=REQUIRED',
  'postgres://ann:secret@127.0.0.1:1/orders?sslmode=require'
])('takes the same URL as the services, with TLS: %s', url =>
  expect(ask(url)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
)

it('says what to write instead of ssl=true', async () => {
  const message = /ssl of the database's URL is unknown: write ssl-mode/
  await expect(ask('mysql://ann:secret@127.0.0.1:1/orders?ssl=true')).rejects.toThrow(message)
})
