import { Client, credentials, Metadata, type ServiceError } from '@grpc/grpc-js'
import type { Wish } from '../orders/order.ts'
import { type OrderMessage, ordersService } from './protos.ts'

type Wait = { readonly headers?: Readonly<Record<string, string>>; readonly timeoutMs?: number }

/** Calls order.proto at `address`. A refusal rejects with grpc-js's error, which `explain` reads. */
export function createOrderClient(address: string) {
  const client = new Client(address, credentials.createInsecure())
  const { path, requestSerialize, responseDeserialize } = ordersService.PlaceOrder
  return {
    place(wish: Wish, { headers = {}, timeoutMs = 5_000 }: Wait = {}) {
      const metadata = Metadata.fromHttp2Headers(headers)
      const options = { deadline: Date.now() + timeoutMs }
      return new Promise<{ readonly order: OrderMessage; readonly headers: Metadata }>((resolve, reject) => {
        let answered = new Metadata()
        const end = (error: ServiceError | null, order?: OrderMessage) => {
          if (order === undefined) reject(error)
          else resolve({ order, headers: answered })
        }
        client
          .makeUnaryRequest(path, requestSerialize, responseDeserialize, wish, metadata, options, end)
          .on('metadata', received => void (answered = received))
      })
    },
    close: () => client.close()
  }
}
