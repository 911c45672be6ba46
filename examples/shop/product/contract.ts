import type { ServiceContract } from '@outbox-cdc/contracts'
import { createLogger, createMysql } from '@outbox-cdc/service-kit'
import { addProduct, findProduct, removeProduct } from './products.ts'
import { nameQuerySchema, newProductSchema } from './requests.ts'
import { configSchema, createService } from './service.ts'

export const contract: ServiceContract = {
  answers: {
    migrations: new URL('migrations', import.meta.url),
    async start(mysqlUrl) {
      const config = configSchema.parse({ HTTP_PORT: '0', MYSQL_URL: mysqlUrl })
      const service = createService(config, createLogger('product', 'silent'))
      const db = createMysql({ url: mysqlUrl, name: 'product-states' })
      return {
        url: `http://127.0.0.1:${await service.start()}`,
        states: {
          'a product exists': async values => {
            const product = newProductSchema.parse(values)
            if ((await findProduct(db, { name: product.name })) === undefined) await addProduct(db, product)
          },
          'no product has the name': async values => {
            const found = await findProduct(db, nameQuerySchema.parse(values))
            if (found !== undefined) await removeProduct(db, found.id)
          }
        },
        async stop() {
          await service.stop()
          await db.destroy()
        }
      }
    }
  }
}
