import { connect, type Socket } from 'node:net'

export type Answer = { readonly status: number; readonly head: string; readonly body: string }
type Request = { readonly path: string; readonly body: string; readonly headers?: Readonly<Record<string, string>> }

/** Kept connections to one address, with one request on each at a time. They cost far less CPU than `fetch`. */
export type HttpConnections = {
  /** Waits for a free connection if all are busy. */
  post(request: Request): Promise<Answer>
  /** Cuts all connections; open and waiting requests reject. */
  close(): void
}

type Options = { readonly most: number; readonly answerWithinMs?: number }

export function openHttpConnections(url: string, { most, answerWithinMs }: Options): HttpConnections {
  const free = Array.from({ length: most }, () => createConnection(new URL(url), answerWithinMs))
  const all = [...free]
  const waiting: { readonly resolve: (connection: Connection) => void; readonly reject: (error: Error) => void }[] = []
  let closed = false

  async function takeFree(): Promise<Connection> {
    if (closed) throw new Error('the connections are closed')
    return free.pop() ?? new Promise((resolve, reject) => waiting.push({ resolve, reject }))
  }

  return {
    async post(request) {
      const connection = await takeFree()
      try {
        return await connection.post(request)
      } finally {
        const next = waiting.shift()
        if (next === undefined) free.push(connection)
        else next.resolve(connection)
      }
    },
    close() {
      closed = true
      for (const { reject } of waiting.splice(0)) reject(new Error('the connections are closed'))
      for (const connection of all) connection.close()
    }
  }
}

type Connection = Pick<HttpConnections, 'post' | 'close'>
type Pending = { readonly resolve: (answer: Answer) => void; readonly reject: (error: Error) => void }

// Servers close a connection that is idle for five seconds or more; a request must not meet that.
const longestIdleMs = 3_000

function createConnection({ hostname, port, host }: URL, answerWithinMs: number | undefined): Connection {
  let socket: Socket | undefined
  let pending: Pending | undefined
  let received = ''
  let usedAt = 0

  function ensureSocket(): Socket {
    if (socket !== undefined && Date.now() - usedAt > longestIdleMs) socket.destroy()
    if (socket !== undefined && !socket.destroyed) return socket
    received = ''
    const opened = connect({ host: hostname, port: Number(port), noDelay: true }).setEncoding('utf8')
    opened.on('data', chunk => onData(opened, String(chunk)))
    opened.on('error', error => fail(opened, error))
    opened.on('close', () => fail(opened, new Error('the connection was closed')))
    socket = opened
    return opened
  }

  function onData(from: Socket, chunk: string): void {
    received += chunk
    const answer = parseAnswer(received)
    if (answer === undefined) return
    received = ''
    if (!canBeReused(answer)) from.destroy()
    settle()?.resolve(answer)
  }

  // An earlier socket may close late, when the next one already has a request.
  function fail(from: Socket, error: Error): void {
    if (from === socket) settle()?.reject(error)
  }

  function settle(): Pending | undefined {
    const settled = pending
    pending = undefined
    usedAt = Date.now()
    return settled
  }

  return {
    async post({ path, body, headers = {} }) {
      const { promise, resolve, reject } = Promise.withResolvers<Answer>()
      const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
      const target = ensureSocket()
      pending = { resolve, reject }
      target.write(
        `POST ${path} HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n${lines.join('')}\r\n${body}`
      )
      if (answerWithinMs === undefined) return promise
      const timer = setTimeout(
        () => target.destroy(new AnswerTimeout(`no answer in ${answerWithinMs / 1_000} s`)),
        answerWithinMs
      )
      return promise.finally(() => clearTimeout(timer))
    },
    close: () => void socket?.destroy()
  }
}

export class AnswerTimeout extends Error {
  override readonly name = 'AnswerTimeout'
}

function canBeReused({ head }: Answer): boolean {
  return /^content-length:/im.test(head) && !/^connection: *close/im.test(head)
}

/** A whole answer by its Content-Length, or undefined while a part is missing. */
export function parseAnswer(text: string): Answer | undefined {
  const end = text.indexOf('\r\n\r\n')
  if (end === -1) return undefined
  const head = text.slice(0, end)
  const length = Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0)
  const body = text.slice(end + 4)
  if (Buffer.byteLength(body) < length) return undefined
  return { status: Number(head.slice(9, 12)), head, body }
}
