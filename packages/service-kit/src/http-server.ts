import { createServer, STATUS_CODES } from 'node:http'
import type { RequestListener, ServerOptions } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'

export type HttpServer = {
  /** Resolves with the port once requests are accepted. */
  readonly start: () => Promise<number>
  /** Accepts no new requests, waits at most `boundMs` for running ones, then closes the connections that are left. */
  readonly stop: (boundMs?: number) => Promise<void>
}

type Address = { readonly host: string; readonly port: number }

const usual = {
  headersTimeout: 10_000,
  requestTimeout: 15_000,
  // Longer than load balancers keep a connection, so they close it first, and never during a request.
  keepAliveTimeout: 65_000,
  connectionsCheckingInterval: 1000
} as const satisfies ServerOptions

/** An HTTP server with a time limit for everything: slow headers, slow bodies, idle connections, its own stop. */
export function createHttpServer(
  app: RequestListener,
  { host, port }: Address,
  limits: ServerOptions = usual
): HttpServer {
  const server = createServer(limits, app)
  server.on('clientError', answerBadHttp)
  return {
    start: () =>
      new Promise((resolve, reject) => {
        server.once('error', reject)
        server.listen(port, host, () => resolve((server.address() as AddressInfo).port))
      }),
    async stop(boundMs = 5000) {
      if (!server.listening) return
      const sweep = setInterval(() => server.closeIdleConnections(), 20)
      const cut = setTimeout(() => server.closeAllConnections(), boundMs)
      await new Promise<void>(resolve => server.close(() => resolve()))
      clearInterval(sweep)
      clearTimeout(cut)
    }
  }
}

const statusOf: Readonly<Record<string, number>> = { HPE_HEADER_OVERFLOW: 431, ERR_HTTP_REQUEST_TIMEOUT: 408 }

function answerBadHttp(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (!socket.writable || error.code === 'ECONNRESET') return void socket.destroy()
  const status = statusOf[error.code ?? ''] ?? 400
  const problem = { type: 'urn:problem-type:bad-http', title: STATUS_CODES[status], status }
  const head = `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Type: application/problem+json`
  socket.end(`${head}\r\n\r\n${JSON.stringify(problem)}`)
}
