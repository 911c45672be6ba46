import { uniqueName, useDatabase, useStack } from '@outbox-cdc/test-support/use-stack'
import { expect, it } from 'vitest'
import { connectMysql, rowsOf, withSourceDatabase } from './connection.ts'

it('does not wait for a MySQL that falls silent in the middle of a statement', async () => {
  const { host, port, rootPassword } = useStack().mysql
  const config = { 'database.hostname': host, 'database.port': String(port), 'database.user': 'root' }
  const asked = withSourceDatabase({ ...config, 'database.password': rootPassword }, {}, connection =>
    rowsOf(connection, 'SELECT SLEEP(60)')
  )
  await expect(asked).rejects.toMatchObject({ code: 'PROTOCOL_SEQUENCE_TIMEOUT' })
})

it('logs in with TLS to an account that MySQL lets in with TLS only, and with the URL of one that has a say of its own', async () => {
  const { url, db } = await useDatabase('tls')
  const user = uniqueName('tls').slice(0, 20)
  await db.raw("CREATE USER ?@'%' IDENTIFIED BY 'secret' REQUIRE SSL", [user])
  const { hostname: host, port } = new URL(url)
  const connection = await connectMysql({ host, port: Number(port), user, password: 'secret' })
  const [status] = await rowsOf<{ Value: string }>(connection, "SHOW STATUS LIKE 'Ssl_cipher'")
  expect(status?.Value).not.toBe('')
  connection.destroy()
  const uri = `mysql://${user}:secret@${host}:${port}/?ssl={"rejectUnauthorized":true}`
  await expect(connectMysql({ uri })).rejects.toThrow(/certificate/)
})
