import { createLogger, createMetrics, createServiceClients, writeMoney } from '@outbox-cdc/service-kit'
import { fetchJson, post } from '@outbox-cdc/test-support/http'
import { afterAll } from 'vitest'
import { httpAccountDirectory, httpProductCatalogue } from '../purchase/look-ups/http.ts'
import { lookUpsSuite } from './look-ups-suite.ts'
import { createDatabaseOf, startService } from './start-service.ts'

const stops: (() => Promise<void>)[] = []
afterAll(async () => {
  for (const stop of stops.toReversed()) await stop()
})

async function start(folder: 'account' | 'product'): Promise<string> {
  const database = await createDatabaseOf(folder)
  stops.push(() => database.drop())
  const { url, stop } = await startService(folder, { MYSQL_URL: database.url })
  stops.push(stop)
  return url
}

lookUpsSuite('look-ups over HTTP', async () => {
  const [accountUrl, productUrl] = await Promise.all([start('account'), start('product')])
  const clients = createServiceClients({
    logger: createLogger('test', 'silent'),
    registry: createMetrics('test').registry
  })
  const locations = new Map<string, string>()
  const expectSuccess = ({ status, text }: { status: number; text: string }) => {
    if (status >= 300) throw new Error(text)
  }
  return {
    accounts: httpAccountDirectory(clients.to('account', accountUrl)),
    products: httpProductCatalogue(clients.to('product', productUrl)),
    addAccount: async (name, address) => expectSuccess(await post(`${accountUrl}/accounts`, { name, address })),
    async setPrice(name, price) {
      const product = { name, price: writeMoney(price) }
      const location = locations.get(name)
      const known = { method: 'PUT', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(product) }
      const answer = location
        ? await fetchJson(`${productUrl}${location}`, known)
        : await post(`${productUrl}/products`, product)
      expectSuccess(answer)
      locations.set(name, location ?? answer.headers.get('location') ?? '')
    }
  }
})
