import { fileURLToPath } from 'node:url'
import { createLogger, createMysqlService, migrate } from '@outbox-cdc/service-kit'
import { get, post } from '@outbox-cdc/test-support/http'
import { createServiceDatabase } from '@outbox-cdc/test-support/use-stack'
import { apiDocument } from '../purchase/api-document.ts'
import type { LookUps } from '../purchase/look-ups/ports.ts'
import { createRoutes } from '../purchase/routes.ts'
import { configSchema } from '../purchase/service.ts'

const directory = fileURLToPath(new URL('../purchase/migrations', import.meta.url))

/** What account and product say. A test changes it, or puts something before the answers. */
export type Market = {
  address: string | undefined
  price: bigint | undefined
  asked: number
  before: () => Promise<void>
}

/** The service purchase on MySQL, with a market instead of the other services. The caller stops it. */
export async function startPurchase() {
  const database = await createServiceDatabase('purchases', url => migrate({ url, directory, report: () => undefined }))
  const { db } = database
  await db.raw('CREATE TABLE published (id BIGINT AUTO_INCREMENT PRIMARY KEY, purchase BIGINT, payload JSON)')
  await db.raw(
    'CREATE TRIGGER log_outbox AFTER INSERT ON outbox FOR EACH ROW INSERT INTO published VALUES (NULL, NEW.event_id, NEW.payload)'
  )
  const market: Market = { address: '1 Main Street', price: 1250n, asked: 0, before: async () => undefined }
  const url = 'http://127.0.0.1:1'
  const config = configSchema.parse({ HTTP_PORT: '0', MYSQL_URL: database.url, ACCOUNT_URL: url, PRODUCT_URL: url })
  const service = createMysqlService({
    name: 'purchase',
    config,
    logger: createLogger('purchase', 'silent'),
    routes: each => createRoutes({ db: each, lookUps: lookUpsAt(market), quoteValidMs: config.QUOTE_VALID_MS }),
    document: apiDocument
  })
  const at = `http://127.0.0.1:${await service.start()}/purchases`
  return {
    db,
    market,
    quote: (wishes: Readonly<Record<string, unknown>> = {}) =>
      post(at, { buyerName: 'Kim', productName: 'Chair', quantity: 2, ...wishes }),
    confirm: (id: number) => post(`${at}/${id}/confirm`, {}),
    read: (id: number) => get(`${at}/${id}`),
    published: async (purchase: number) => db('published').where({ purchase }).orderBy('id').pluck('payload'),
    /** Everything that a refused request must leave as it was. */
    rows: () => Promise.all([db('purchase').orderBy('id'), db('published').orderBy('id')]),
    async stop() {
      await service.stop()
      await database.drop()
    }
  }
}

function lookUpsAt(market: Market): LookUps {
  const ask = async <T>(found: () => T): Promise<T> => {
    const answer = found()
    market.asked += 1
    await market.before()
    return answer
  }
  return {
    accounts: {
      findByName: name =>
        ask(() => (market.address === undefined ? undefined : { id: 1, name, address: market.address }))
    },
    products: {
      findByName: name => ask(() => (market.price === undefined ? undefined : { id: 1, name, price: market.price }))
    }
  }
}
