import { type AddressInfo, type Socket, connect, createServer } from 'node:net'

export type StatementProxy = {
  readonly port: number
  /**
   * At the next statement that matches, `strike` is called: before MySQL gets it, or once MySQL has answered it and the
   * client does not know yet. Neither the statement nor the answer is passed on. Resolves with the statement.
   */
  runAt(when: Moment, action: () => void): Promise<string>
  close(): Promise<void>
}

export type Moment = { readonly statement: RegExp; readonly at: 'before' | 'answered' }

const query = 3

/** A proxy before MySQL that reads each statement, so that a process can be killed at an exact point. */
export async function startStatementProxy(target: { host: string; port: number }): Promise<StatementProxy> {
  const sockets = new Set<Socket>()
  let armed: ((statement: string) => 'pass' | 'hold' | 'hold the answer') | undefined
  let onAnswer: (() => void) | undefined
  const server = createServer(client => {
    const upstream = connect(target)
    let answerHeld = false
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client]
    ] as const) {
      sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => {
        sockets.delete(socket)
        other.destroy()
      })
    }
    client.on('data', (chunk: Buffer) => {
      const verdict = armed === undefined || chunk[4] !== query ? 'pass' : armed(textOf(chunk))
      if (verdict === 'hold') return
      if (verdict === 'hold the answer') answerHeld = true
      upstream.write(chunk)
    })
    upstream.on('data', (chunk: Buffer) => {
      if (answerHeld) onAnswer?.()
      else client.write(chunk)
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', () => resolve()))
  return {
    port: (server.address() as AddressInfo).port,
    runAt: ({ statement, at }, action) =>
      new Promise(resolve => {
        armed = text => {
          if (!statement.test(text)) return 'pass'
          armed = undefined
          const hit = () => {
            action()
            resolve(text.split('\n')[0] ?? '')
          }
          if (at === 'before') {
            hit()
            return 'hold'
          }
          onAnswer = () => {
            onAnswer = undefined
            hit()
          }
          return 'hold the answer'
        }
      }),
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise(resolve => server.close(resolve))
    }
  }
}

/** A client with query attributes sends two counts before the text. */
function textOf(packet: Buffer): string {
  let start = 5
  while ((packet[start] ?? 32) < 32) start += 1
  return packet.toString('utf8', start)
}
