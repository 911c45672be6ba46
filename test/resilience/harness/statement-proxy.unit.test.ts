import { type AddressInfo, type Socket, connect, createServer } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { eventually } from '../../support/eventually.ts'
import { startStatementProxy } from './statement-proxy.ts'

/** A server that notes what it gets and answers `ok` to each, and a client that reaches it through the proxy. */
async function between() {
  const [got, answers]: [string[], string[]] = [[], []]
  const server = createServer(socket => {
    socket.on('error', () => undefined)
    socket.on('data', chunk => {
      got.push(chunk.toString('latin1', 5))
      socket.write('ok')
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', () => resolve()))
  const proxy = await startStatementProxy({ host: '127.0.0.1', port: (server.address() as AddressInfo).port })
  const client: Socket = connect(proxy.port, '127.0.0.1')
  client.on('data', chunk => void answers.push(String(chunk)))
  onTestFinished(async () => {
    client.destroy()
    await proxy.close()
    server.close()
  })
  return { proxy, client, got, answers }
}

const query = (text: string, attributes = '') => Buffer.from(`\0\0\0\0\x03${attributes}${text}`, 'latin1')

it.each(['', '\0\x01'])(
  'strikes before the statement, which the server never gets (attributes %j)',
  async attributes => {
    const { proxy, client, got } = await between()
    let reached = false
    const hit = proxy.runAt({ statement: /^commit/i, at: 'before' }, () => void (reached = true))
    client.write(query('SELECT 1', attributes))
    await eventually(() => expect(got).toHaveLength(1))
    client.write(query('COMMIT;', attributes))
    expect(await hit).toBe('COMMIT;')
    expect([reached, got.length]).toEqual([true, 1])
  }
)

it('strikes once the server has answered, and keeps the answer back', async () => {
  const { proxy, client, got, answers } = await between()
  const hit = proxy.runAt({ statement: /^commit/i, at: 'answered' }, () => undefined)
  client.write(query('COMMIT;'))
  await hit
  expect(got).toEqual(['COMMIT;'])
  expect(answers).toEqual([])
})
