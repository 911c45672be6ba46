import { fileURLToPath } from 'node:url'
import { createLogger, migrate } from '@outbox-cdc/service-kit'
import { onTestFinished } from 'vitest'
import { type Answer, fetchJson } from '@outbox-cdc/test-support/http'
import { createServiceDatabase, type TestDatabase } from '@outbox-cdc/test-support/use-stack'
import { configSchema } from '../src/config.ts'
import type { PlaceOrderParts } from '../src/orders/place-order.ts'
import { createService } from '../src/service.ts'

const directory = fileURLToPath(new URL('../migrations', import.meta.url))

export type { TestDatabase as OrdersDatabase }

/** A migrated database, and the URL of an account with exactly the service's grants. */
export const createOrdersDatabase = () =>
  createServiceDatabase('orders', url => migrate({ url, directory, report: () => undefined }))

export type TestService = {
  readonly base: string
  readonly stop: () => Promise<void>
  readonly get: (path: string) => Promise<Answer>
  readonly post: (body: unknown, headers?: Record<string, string>) => Promise<Answer>
}

type Options = {
  readonly url: string
  readonly overrides?: Partial<PlaceOrderParts>
  readonly env?: Record<string, string>
}

/** A service on a free port that stops when the test ends. It sends a string or bytes as a body unchanged. */
export async function buildService({ url, overrides = {}, env = {} }: Options): Promise<TestService> {
  const config = configSchema.parse({ HTTP_PORT: '0', MYSQL_URL: url, ...env })
  const service = await createService(config, createLogger('order-service', 'silent'), overrides)
  const base = `http://127.0.0.1:${await service.start()}`
  onTestFinished(service.stop)
  return {
    base,
    stop: service.stop,
    get: path => fetchJson(base + path),
    post: (body, headers = {}) =>
      fetchJson(`${base}/order`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body:
          typeof body === 'string' || Buffer.isBuffer(body) ? new Uint8Array(Buffer.from(body)) : JSON.stringify(body)
      })
  }
}
