import type { IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import { startTokenServer } from '../token-server.ts'
import { type Target, type createFaults, bounds, Refused } from './faults.ts'

export type Control = {
  readonly token: string
  readonly faults: Pick<ReturnType<typeof createFaults>, 'begin' | 'list' | 'end'>
  readonly targets: () => readonly Target[]
}

/** Serves the control API on a free port of loopback. Each request needs the token. */
export const startControlServer = (control: Control) =>
  startTokenServer(control.token, (request, response) => {
    void answer(control, request)
      .catch((error: unknown) => problemOf(error))
      .then(({ status, body }) => {
        response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' })
        response.end(JSON.stringify(body))
      })
  })

type Answer = { readonly status: number; readonly body: object }

async function answer({ faults, targets }: Control, request: IncomingMessage): Promise<Answer> {
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
