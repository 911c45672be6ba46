import { connect, type Socket } from 'node:net'

export type Answer = { readonly status: number; readonly body: string }

/** One kept connection with one request on it at a time: a client that costs little of the machine it measures. */
export type HttpSocket = {
  post(path: string, body: string): Promise<Answer>
  close(): void
}

type Waiting = { readonly resolve: (answer: Answer) => void; readonly reject: (error: Error) => void }

export function openHttpSocket(host: string, port: number): HttpSocket {
  let socket: Socket | undefined
  let waiting: Waiting | undefined
  let received = ''

  function ensureSocket(): Socket {
    if (socket !== undefined && !socket.destroyed) return socket
    received = ''
    const opened = connect({ host, port, noDelay: true }).setEncoding('utf8')
    opened.on('data', onData)
    opened.on('error', error => fail(error))
    opened.on('close', () => fail(new Error('the connection was closed')))
    socket = opened
    return opened
  }

  function onData(chunk: unknown): void {
    received += String(chunk)
    const answer = parseAnswer(received)
    if (answer === undefined) return
    received = ''
    const { resolve } = waiting ?? {}
    waiting = undefined
    resolve?.(answer)
  }

  function fail(error: Error): void {
    const { reject } = waiting ?? {}
    waiting = undefined
    reject?.(error)
  }

  return {
    post: (path, body) =>
      new Promise((resolve, reject) => {
        waiting = { resolve, reject }
        ensureSocket().write(
          `POST ${path} HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
        )
      }),
    close: () => void socket?.destroy()
  }
}

/** A whole answer with Content-Length, or undefined while some of it is still on its way. */
export function parseAnswer(text: string): Answer | undefined {
  const end = text.indexOf('\r\n\r\n')
  if (end === -1) return undefined
  const head = text.slice(0, end)
  const length = Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0)
  const body = text.slice(end + 4)
  if (Buffer.byteLength(body) < length) return undefined
  return { status: Number(head.slice(9, 12)), body }
}
