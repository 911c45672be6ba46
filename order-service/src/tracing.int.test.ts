import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { startTraceReceiver } from '@outbox-cdc/test-support/trace-receiver'
import { createOrdersDatabase, type OrdersDatabase } from '../test/build-service.ts'
import { placeOrder, runMain, startedAt } from '../test/run-main.ts'

let database: OrdersDatabase
beforeAll(async () => void (database = await createOrdersDatabase()))
afterAll(() => database.drop())

const tracing = ['--import', '@outbox-cdc/service-kit/tracing']
// Prints, at the end of the process, which packages of OpenTelemetry it has loaded.
const printLoaded = `
  import { createRequire } from 'node:module'
  process.once('exit', () => {
    const loaded = Object.keys(createRequire('/').cache).map(file => /@opentelemetry.([\\w-]+)/.exec(file)?.[1])
    console.log('loaded: ' + [...new Set(loaded.filter(name => name !== undefined))].sort().join())
  })`
const witness = ['--import', `data:text/javascript,${encodeURIComponent(printLoaded)}`]

/** What the service writes when it has accepted an order and was stopped. */
async function outputOf(env: Record<string, string>): Promise<string> {
  const service = runMain({ MYSQL_URL: database.url, ...env }, [...witness, ...tracing])
  expect((await placeOrder(await startedAt(service))).status).toBe(201)
  service.child.kill('SIGTERM')
  expect(await service.ended).toBe(0)
  return service.output()
}

it('loads nothing that makes or sends spans without OTEL_EXPORTER_OTLP_ENDPOINT', async () => {
  const receiver = await startTraceReceiver()
  onTestFinished(() => receiver.stop())
  const [without, empty, traced] = await Promise.all([
    outputOf({}),
    outputOf({ OTEL_EXPORTER_OTLP_ENDPOINT: '' }),
    outputOf({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_SERVICE_NAME: 'orders' })
  ])
  // The API alone, which does nothing, comes with the outbox library where it is installed.
  for (const output of [without, empty]) expect(output).toMatch(/^loaded: (api)?$/m)
  expect(traced).toMatch(/^loaded: .*instrumentation-http,.*sdk-trace/m)
  expect(receiver.spans).toContainEqual(expect.objectContaining({ service: 'orders', name: 'POST /order' }))
})

/** What may stand where a receiver should be, and what it does with a connection. */
const receivers = {
  silent: () => undefined,
  'not HTTP': socket => void socket.end('SSH-2.0-OpenSSH_9.2\r\n'),
  'a page': socket => void socket.end('HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html>hello</html>'),
  away: undefined
} satisfies Readonly<Record<string, ((socket: Socket) => void) | undefined>>

async function urlOf(receive: ((socket: Socket) => void) | undefined): Promise<string> {
  const server = createServer(socket => {
    socket.on('error', () => undefined)
    receive?.(socket)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  if (receive === undefined) server.close()
  else onTestFinished(() => void server.close())
  return `http://127.0.0.1:${port}`
}

it('accepts orders, logs one line at most, and stops in time, whatever the receiver does', async () => {
  const outcomes = Object.entries(receivers).map(async ([kind, receive]) => {
    const service = runMain(
      { MYSQL_URL: database.url, OTEL_EXPORTER_OTLP_ENDPOINT: await urlOf(receive), OTEL_SERVICE_NAME: kind },
      tracing
    )
    const base = await startedAt(service)
    // Spans are sent each second.
    for (const pause of [1200, 1200, 0]) {
      expect((await placeOrder(base)).status).toBe(201)
      await wait(pause)
    }
    service.child.kill('SIGTERM')
    const signalled = performance.now()
    const code = await service.ended
    const inTime = performance.now() - signalled < 5000
    const about = service.output().match(/.*"component":"tracing".*/g) ?? []
    return { kind, code, inTime, oneLineAtMost: about.length <= 1 }
  })
  const good = { code: 0, inTime: true, oneLineAtMost: true }
  expect(await Promise.all(outcomes)).toEqual(Object.keys(receivers).map(kind => ({ kind, ...good })))
})
