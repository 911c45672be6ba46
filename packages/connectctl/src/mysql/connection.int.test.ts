import { uniqueName, useDatabase, useStack } from '@outbox-cdc/test-support/use-stack'
import { expect, it } from 'vitest'
import type { ProbeAccount } from '../source/source.ts'
import { connectMysql, rowsOf, withSourceDatabase } from './connection.ts'

it('does not wait for a MySQL that falls silent in the middle of a statement', async () => {
  const { host, port, rootPassword } = useStack().mysql
  const config = { 'database.hostname': host, 'database.port': String(port), 'database.user': 'root' }
  const asked = withSourceDatabase({ ...config, 'database.password': rootPassword }, {}, connection =>
    rowsOf(connection, 'SELECT SLEEP(60)')
  )
  await expect(asked).rejects.toMatchObject({ code: 'PROTOCOL_SEQUENCE_TIMEOUT' })
})

it('logs in with TLS as database.ssl.mode says, unless the URL of an account says otherwise', async () => {
  const { url, db } = await useDatabase('tls')
  const user = uniqueName('tls').slice(0, 20)
  await db.raw("CREATE USER ?@'%' IDENTIFIED BY 'secret' REQUIRE SSL", [user])
  const { hostname: host, port } = new URL(url)
  const config = { 'database.hostname': host, 'database.port': port }
  const account = { user, password: 'secret' }
  const open = (settings: Record<string, string>, as: ProbeAccount = account) =>
    connectMysql({ ...config, ...settings }, as, { environment: {} })
  const connection = await open({})
  const [status] = await rowsOf<{ Value: string }>(connection, "SHOW STATUS LIKE 'Ssl_cipher'")
  expect(status?.Value).not.toBe('')
  connection.destroy()
  const byUrl = await open({}, { uri: `mysql://${user}:secret@${host}:${port}` })
  byUrl.destroy()
  await expect(open({ 'database.ssl.mode': 'disabled' })).rejects.toThrow(/Access denied|refuses/)
  const verified = { uri: `mysql://${user}:secret@${host}:${port}/?ssl-mode=VERIFY_CA` }
  await expect(open({ 'database.ssl.mode': 'required' }, verified)).rejects.toThrow(
    `The certificate of MySQL at ${host}:${port} is not signed by an authority`
  )
})
