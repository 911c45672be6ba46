import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Injected, Fault, FaultOptions } from '../harness/fault.ts'
import type { Lab } from '../harness/lab.ts'

/** Abuse of one client must not harm others: it hits the order service that also serves the load. */
export const abuse: readonly Fault[] = [
  {
    name: 'equal-keys',
    title: 'POST /order gets 50 requests with one Idempotency-Key at once, 20 times (quick: 5)',
    healWithinMs: 10_000,
    inject: sendEqualKeys
  },
  {
    name: 'slow-bodies',
    title: 'POST /order gets 2,000 connections that send their bodies byte by byte (quick: 500)',
    healWithinMs: 10_000,
    inject: sendSlowBodies
  },
  {
    name: 'bad-requests',
    title: 'POST /order gets bodies that are missing, too large, too deep or hostile',
    healWithinMs: 10_000,
    inject: sendInvalidRequests
  }
]

const address = (lab: Lab) => lab.pipeline.addresses['ORDER_SERVICE_URL'] ?? ''

type Post = { readonly body: string; readonly headers?: Readonly<Record<string, string>> }

async function post(lab: Lab, { body, headers }: Post): Promise<{ status: number; id?: number }> {
  const all = { 'content-type': 'application/json', ...headers }
  const response = await fetch(`${address(lab)}/order`, { method: 'POST', headers: all, body })
  const answer = (await response.json().catch(() => ({}))) as { id?: number }
  return { status: response.status, ...answer }
}

async function sendEqualKeys(lab: Lab, { quick }: FaultOptions): Promise<Injected> {
  const broken: string[] = []
  const seen = new Map<number, number>()
  for (let round = 0; round < (quick ? 5 : 20); round++) {
    const key = `equal-${Date.now().toString(36)}-${round}`
    const body = JSON.stringify({ name: key, quantity: 1 })
    const send = () => post(lab, { body, headers: { 'idempotency-key': key } })
    const answers = await Promise.all(Array.from({ length: 50 }, send))
    for (const { status } of answers) seen.set(status, (seen.get(status) ?? 0) + 1)
    const ids = new Set(answers.filter(({ status }) => status === 201).map(({ id }) => id))
    if (ids.size > 1) broken.push(`${key} was answered with ${ids.size} orders`)
    const rows = await lab.db('orders.customer_order').where({ name: key })
    if (rows.length > 1 || rows.length < ids.size) broken.push(`${key} made ${rows.length} orders`)
  }
  // 503 when the machine is too busy.
  for (const status of seen.keys())
    if (![201, 409, 503].includes(status)) broken.push(`equal keys were answered ${status}`)
  const told = [...seen].map(([status, count]) => `${count} times ${status}`).join(', ')
  return { observed: seen.has(201) ? told : undefined, causeOverAt: Date.now(), broken }
}

async function sendSlowBodies(lab: Lab, { quick, load }: FaultOptions): Promise<Injected> {
  const [refusedBefore, acceptedBefore] = [load.refused(), load.acknowledged()]
  const { hostname, port } = new URL(address(lab))
  const count = quick ? 500 : 2_000
  const open = new Set<Socket>()
  let ended = 0
  for (let made = 0; made < count; made++) {
    const socket = connect(Number(port), hostname)
    socket.on('error', () => undefined).on('connect', () => open.add(socket))
    socket.on('close', () => void (ended += open.delete(socket) ? 1 : 0)).resume()
    socket.write('POST /order HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{')
    if (made % 100 === 99) await sleep(20)
  }
  await sleep(1_000)
  const most = open.size
  // The server gives a request 15 s and checks every second.
  for (const until = Date.now() + 60_000; open.size > 0 && Date.now() < until; await sleep(500))
    for (const socket of open) socket.write(' ')
  const causeOverAt = Date.now()
  const left = open.size
  for (const socket of open) socket.destroy()
  const refused = load.refused() - refusedBefore
  // A busy machine, on which the quick matrix may run, refuses some anyway.
  const allowed = quick ? load.acknowledged() - acceptedBefore : 0
  const broken = [
    ...(left > 0 ? [`${left} slow connections were never ended`] : []),
    ...(refused > allowed ? [`${refused} requests of the load were refused meanwhile`] : [])
  ]
  return { observed: most >= count * 0.9 ? `${most} open at once, ${ended} ended` : undefined, causeOverAt, broken }
}

const order = { name: 'abuse', quantity: 1 }
const bad: readonly (readonly [what: string, post: Post, status: number])[] = [
  ['no JSON', { body: '{"name":' }, 400],
  ['no body', { body: '' }, 400],
  ['a list', { body: '[]' }, 400],
  ['too large', { body: JSON.stringify({ ...order, name: 'x'.repeat(200_000) }) }, 413],
  ['too deep', { body: `${'['.repeat(40_000)}${']'.repeat(40_000)}` }, 400],
  ['an unknown field', { body: JSON.stringify({ ...order, admin: true }) }, 400],
  ['a prototype', { body: '{"__proto__":{"name":"x","quantity":1}}' }, 400],
  ['a negative quantity', { body: JSON.stringify({ ...order, quantity: -1 }) }, 400],
  ['a huge quantity', { body: JSON.stringify({ ...order, quantity: 1e300 }) }, 400],
  ['text for a number', { body: JSON.stringify({ ...order, quantity: '1; DROP TABLE outbox' }) }, 400],
  ['another type', { body: 'name=x', headers: { 'content-type': 'application/x-www-form-urlencoded' } }, 415],
  ['a broken key', { body: JSON.stringify(order), headers: { 'idempotency-key': '"half' } }, 400]
]

async function sendInvalidRequests(lab: Lab): Promise<Injected> {
  const broken: string[] = []
  for (const [what, request, expected] of bad) {
    const answers = await Promise.all(Array.from({ length: 20 }, () => post(lab, request)))
    const others = answers.map(({ status }) => status).filter(status => status !== expected)
    if (others.length > 0) broken.push(`${what} was answered ${[...new Set(others)].join(', ')}, not ${expected}`)
  }
  const made = await lab.db('orders.customer_order').whereIn('name', ['abuse', 'x'])
  if (made.length > 0) broken.push(`${made.length} orders came of it`)
  return { observed: `${bad.length * 20} requests of ${bad.length} kinds`, causeOverAt: Date.now(), broken }
}
