import { promisify } from 'node:util'
import { Server, ServerCredentials } from '@grpc/grpc-js'
import type { Logger } from '@outbox-cdc/service-kit'
import type { createOrdering } from '../orders/ordering.ts'
import { placeOrderCall } from './place-order-call.ts'
import { ordersService } from './protos.ts'

type Parts = {
  readonly host: string
  readonly port: number
  readonly logger: Logger
  readonly ordering: ReturnType<typeof createOrdering>
}

// A message as large as a body of REST, and connections that stay open as long.
const limits = { 'grpc.max_receive_message_length': 100_000, 'grpc.max_connection_idle_ms': 65_000 }

/** Serves order.proto. A stop lets running calls end, and cuts off those that take longer than five seconds. */
export function createGrpcServer({ host, port, logger, ordering }: Parts) {
  const server = new Server(limits)
  server.addService(ordersService, { PlaceOrder: placeOrderCall({ ordering, logger }) })
  return {
    async start(): Promise<void> {
      const bind = promisify(server.bindAsync.bind(server))
      logger.info({ grpcPort: await bind(`${host}:${port}`, ServerCredentials.createInsecure()) }, 'serves gRPC')
    },
    async stop(boundMs = 5_000): Promise<void> {
      const cut = setTimeout(() => server.forceShutdown(), boundMs)
      await promisify(server.tryShutdown.bind(server))()
      clearTimeout(cut)
    }
  }
}
