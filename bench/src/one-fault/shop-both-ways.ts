import type { System } from '@outbox-cdc/pipeline'

const folder = 'bench/src/one-fault'
const ready = '/health/ready'

/** The Shop, and beside it the two services that make the same purchase by a request to the end. */
export function withRequests({ figure: _measuredBefore, ...shop }: System): System {
  return {
    ...shop,
    services: [
      ...shop.services,
      {
        name: 'delivery-by-request',
        about: 'stores a delivery while the caller waits',
        main: `${folder}/delivery-by-request-main.ts`,
        port: { variable: 'DELIVERY_BY_REQUEST_PORT', usual: 11_006 },
        ready,
        env: { MYSQL_URL: { account: 'delivery_service', database: 'shop_deliveries' } }
      },
      {
        name: 'purchase-by-request',
        about: 'completes a purchase when delivery has stored it',
        main: `${folder}/purchase-by-request-main.ts`,
        port: { variable: 'PURCHASE_BY_REQUEST_PORT', usual: 11_005 },
        ready,
        env: {
          MYSQL_URL: { account: 'purchase_service', database: 'purchases' },
          ACCOUNT_URL: { urlOf: 'account' },
          PRODUCT_URL: { urlOf: 'product' },
          DELIVERY_URL: { urlOf: 'delivery-by-request' }
        }
      }
    ]
  }
}
