import { type AddressInfo, type Socket, connect, createServer } from 'node:net'

export type StatementProxy = {
  readonly port: number
  /**
   * At the next text that matches, `action` is called: before MySQL gets it, as soon as it was sent to MySQL, or once MySQL
   * has answered each of its statements. No answer is passed on. Resolves with the first line of the text.
   */
  runAt(when: Moment, action: () => void): Promise<string>
  close(): Promise<void>
}

export type Moment = { readonly statement: RegExp; readonly at: 'before' | 'sent' | 'answered' }
type Strike = { readonly at: Moment['at']; readonly now: () => void }

const query = 3

/** A proxy before MySQL that reads each statement, so that a process can be killed at an exact point. */
export async function startStatementProxy(target: { host: string; port: number }): Promise<StatementProxy> {
  const sockets = new Set<Socket>()
  let armed: ((text: string) => Strike | undefined) | undefined
  const server = createServer(client => {
    const upstream = connect(target)
    let strike: Strike | undefined
    let answer = Buffer.alloc(0)
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
      if (chunk[4] === query) strike ??= armed?.(textOf(chunk))
      if (strike?.at === 'before') return strike.now()
      upstream.write(chunk, () => strike?.at === 'sent' && strike.now())
    })
    upstream.on('data', (chunk: Buffer) => {
      if (strike === undefined) return void client.write(chunk)
      answer = Buffer.concat([answer, chunk])
      if (strike.at === 'answered' && isWhole(answer)) strike.now()
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', () => resolve()))
  return {
    port: (server.address() as AddressInfo).port,
    runAt: ({ statement, at }, action) =>
      new Promise(resolve => {
        armed = text => {
          if (!statement.test(text)) return undefined
          armed = undefined
          const now = () => {
            action()
            resolve(text.split('\n')[0] ?? '')
          }
          return { at, now }
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

const failed = 0xff
const moreResults = 8

/** Whether statements without rows are all answered: by an error, or by an OK that no other one follows. */
function isWhole(answer: Buffer): boolean {
  for (let start = 0; start + 4 <= answer.length; ) {
    const end = start + 4 + answer.readUIntLE(start, 3)
    if (end > answer.length) return false
    if (answer[start + 4] === failed) return true
    const status = afterNumber(answer, afterNumber(answer, start + 5))
    if ((answer.readUInt16LE(status) & moreResults) === 0) return true
    start = end
  }
  return false
}

/** MySQL writes a small number in one byte, and how long it is before a large one. */
function afterNumber(bytes: Buffer, start: number): number {
  return start + ({ 0xfc: 3, 0xfd: 4, 0xfe: 9 }[bytes[start] ?? 0] ?? 1)
}
