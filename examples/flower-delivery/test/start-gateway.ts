import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { KafkaClient } from '@outbox-cdc/outbox'
import { createMemoryKafka, createMemoryTopic, type MemoryTopic } from '@outbox-cdc/outbox/testing'
import { createLogger } from '@outbox-cdc/service-kit'
import { configSchema, createService } from '../gateway/service.ts'
import { tokenMaker } from './as-operator.ts'
import { startTokenMaker } from './token-maker.ts'

const services = ['order', 'payment', 'shop', 'delivery', 'item'] as const
const topicNames = ['order', 'payment', 'item', 'stock', 'shop', 'delivery'].map(name => `flower.${name}`)

type Wrap = (kafka: KafkaClient, topic: (name: string) => MemoryTopic) => KafkaClient

/** The gateway in this process, before stand-ins of the services and on topics in memory. The caller stops it. */
export async function startGateway(wrap: Wrap = kafka => kafka, env: Readonly<Record<string, string>> = {}) {
  const topics = new Map(topicNames.map(name => [name, createMemoryTopic({ name, partitions: 2 })]))
  const topic = (name: string) => topics.get(`flower.${name}`)!
  const standIns = await Promise.all(services.map(startStandIn))
  const urls = services.map((name, at) => [`${name.toUpperCase()}_URL`, standIns[at]!.url])
  const config = configSchema.parse({
    HTTP_PORT: '0',
    KAFKA_BROKERS: 'none:1',
    CONSOLE_URL: 'http://127.0.0.1:9000',
    AUTH_URL: tokenMaker.url,
    ...Object.fromEntries(urls),
    ...env
  })
  const kafka = wrap(createMemoryKafka(...topics.values()), topic)
  const gateway = createService(config, createLogger('gateway', 'silent'), kafka)
  const url = `http://127.0.0.1:${await gateway.start()}`
  return {
    url,
    topic,
    /** Ends the stand-in of a service, as if its process had died. */
    end: (service: (typeof services)[number]) => standIns[services.indexOf(service)]!.stop(),
    stopGateway: () => gateway.stop(),
    async stop() {
      await gateway.stop()
      for (const standIn of standIns) await standIn.stop()
    }
  }
}

/** A gateway that trusts an auth of its own, which the test may stop and give other keys. */
export async function startWithOwnAuth() {
  const auth = await startTokenMaker()
  const gateway = await startGateway(undefined, { AUTH_URL: auth.url })
  const stop = async () => {
    await gateway.stop()
    await auth.stop()
  }
  return { auth, gateway, stop }
}

/** Answers with what it was asked, except at a few paths that say how it fails. */
async function startStandIn(service: string) {
  const server = createServer((request, response) => void answer(service, request, response))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise<void>(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      })
  }
}

async function answer(service: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method, url = '', headers } = request
  if (url.endsWith('/silent')) return
  if (url.endsWith('/breaks')) return void request.socket.destroy()
  if (url.endsWith('/half')) {
    response.writeHead(200, { 'content-type': 'application/json' }).write('{"half":')
    return void setTimeout(() => request.socket.destroy(), 20)
  }
  if (url.endsWith('/refused')) {
    response.writeHead(409, { 'content-type': 'application/problem+json', 'retry-after': '7' })
    return void response.end(JSON.stringify({ title: 'Not possible', detail: '주문 1 is DEPARTED' }))
  }
  const location = url.endsWith('/absolute') ? `http://127.0.0.1:${request.socket.localPort}/orders/8` : '/orders/7'
  const body = await text(request)
  response.writeHead(method === 'POST' ? 201 : 200, { 'content-type': 'application/json', location })
  response.end(JSON.stringify({ service, method, url, headers, body }))
}
