import { type AddressInfo, type Socket, connect, createServer } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { eventually } from '../../support/eventually.ts'
import { startStatementProxy } from './statement-proxy.ts'

/** MySQL's OK packet, with an insert id of three bytes. */
const ok = (more: boolean) => Buffer.from([9, 0, 0, 1, 0, 1, 0xfc, 0x10, 0x27, more ? 10 : 2, 0, 0, 0])

/** A server that notes what it gets and gives an answer of two statements to each, and a client that reaches it through the proxy. */
async function between(answered = Promise.resolve()) {
  const [got, answers]: [string[], string[]] = [[], []]
  const server = createServer(socket => {
    socket.on('error', () => undefined)
    socket.on('data', chunk => {
      got.push(chunk.toString('latin1', 5))
      socket.write(ok(true))
      void answered.then(() => socket.write(ok(false)))
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

it('strikes while the server runs the statements, before it has answered', async () => {
  const { promise, resolve } = Promise.withResolvers<void>()
  const { proxy, client, got, answers } = await between(promise)
  const hit = proxy.runAt({ statement: /^start/i, at: 'sent' }, () => undefined)
  client.write(query('START TRANSACTION\n;\nCOMMIT'))
  expect(await hit).toBe('START TRANSACTION')
  resolve()
  await eventually(() => expect(got).toEqual(['START TRANSACTION\n;\nCOMMIT']))
  expect(answers).toEqual([])
})

it('strikes once the server has answered the last statement, and keeps the answers back', async () => {
  const { promise, resolve } = Promise.withResolvers<void>()
  const { proxy, client, got, answers } = await between(promise)
  let reached = false
  const hit = proxy.runAt({ statement: /^start/i, at: 'answered' }, () => void (reached = true))
  client.write(query('START TRANSACTION\n;\nCOMMIT'))
  await eventually(() => expect(got).toHaveLength(1))
  await new Promise(setImmediate)
  expect(reached).toBe(false)
  resolve()
  await hit
  expect(answers).toEqual([])
})
