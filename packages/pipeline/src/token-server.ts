import { createHash, timingSafeEqual } from 'node:crypto'
import { type RequestListener, type Server, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Serves on a free port of loopback. Each request needs the token. */
export async function startTokenServer(token: string, listener: RequestListener) {
  const server = createServer({ requestTimeout: 5_000, headersTimeout: 5_000 }, (request, response) => {
    const given = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? ''
    if (isSame(given, token)) return listener(request, response)
    response.writeHead(401, { 'content-type': 'application/json', 'cache-control': 'no-store' })
    response.end(JSON.stringify({ detail: 'Authorization: Bearer TOKEN is missing or wrong.' }))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, close: () => closeServer(server) }
}

function isSame(a: string, b: string): boolean {
  const hash = (value: string) => createHash('sha256').update(value).digest()
  return timingSafeEqual(hash(a), hash(b))
}

async function closeServer(server: Server): Promise<void> {
  const closed = new Promise(resolve => server.close(resolve))
  server.closeAllConnections()
  await closed
}
