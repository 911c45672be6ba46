import { createHash, timingSafeEqual } from 'node:crypto'
import { type IncomingMessage, type Server, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { type Target, type createFaults, bounds, Refused } from './faults.ts'

export type Control = {
  readonly token: string
  readonly faults: Pick<ReturnType<typeof createFaults>, 'begin' | 'list' | 'end'>
  readonly targets: () => readonly Target[]
}

/** Serves the control API on a free port of loopback. Each request needs the token. */
export async function startControlServer(control: Control) {
  const server = createServer({ requestTimeout: 5_000, headersTimeout: 5_000 }, (request, response) => {
    void answer(control, request)
      .catch((error: unknown) => problemOf(error))
      .then(({ status, body }) => {
        response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' })
        response.end(JSON.stringify(body))
      })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, close: () => closeServer(server) }
}

type Answer = { readonly status: number; readonly body: object }

async function answer({ token, faults, targets }: Control, request: IncomingMessage): Promise<Answer> {
  const given = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? ''
  if (!isSame(given, token))
    return { status: 401, body: { detail: 'Authorization: Bearer TOKEN is missing or wrong.' } }
  const what = `${request.method} ${request.url}`
  if (what === 'GET /targets') return { status: 200, body: { targets: targets().map(shown) } }
  if (what === 'GET /faults') return { status: 200, body: faults.list() }
  if (what === 'POST /faults') return { status: 201, body: faults.begin(orderIn(await bodyOf(request))) }
  const [, id] = /^DELETE \/faults\/(\d{1,9})$/.exec(what) ?? []
  if (id !== undefined) return { status: 200, body: faults.end(Number(id)) }
  const known = 'GET /targets, GET /faults, POST /faults, DELETE /faults/ID'
  return { status: 404, body: { detail: `There is no ${what}. There are: ${known}.` } }
}

function shown({ name, kind, about, faults }: Target) {
  const kinds = Object.entries(faults).map(([fault, { counts }]) => {
    const [least, most] = counts === undefined ? [null, null] : bounds[counts]
    return { fault, counts: counts ?? null, least, most }
  })
  return { name, kind, about, faults: kinds }
}

const mostBytes = 2_000

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  if (Number(request.headers['content-length'] ?? Number.NaN) <= mostBytes) {
    try {
      return JSON.parse(await text(request))
    } catch {}
  }
  throw new Refused(400, `The body must be JSON of at most ${mostBytes} bytes.`)
}

function orderIn(body: unknown) {
  const { fault, target, seconds, records, by = 'the control API', ...more } = Object(body) as Record<string, unknown>
  const [unknown] = Object.keys(more)
  if (unknown !== undefined) throw new Refused(400, `There is no field "${unknown}".`)
  if (typeof fault !== 'string' || typeof target !== 'string') throw new Refused(400, 'fault and target must be texts.')
  if (typeof by !== 'string' || !/^[\w .-]{1,40}$/.test(by)) throw new Refused(400, 'by must be a short name.')
  return { fault, target, seconds, records, by }
}

function problemOf(error: unknown): Answer {
  if (error instanceof Refused) return { status: error.status, body: { detail: error.message } }
  return { status: 500, body: { detail: error instanceof Error ? error.message : String(error) } }
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
