import { join } from 'node:path'
import type { MethodDefinition } from '@grpc/grpc-js'
import { loadSync } from '@grpc/proto-loader'
import type { Order, Wish } from '../orders/order.ts'

/** A number that a double can't hold exactly becomes one that isn't safe, and the schema of a wish refuses that. */
const options = { longs: Number, defaults: true, json: true } as const

const methodsIn = (file: string, service: string) =>
  loadSync(join(import.meta.dirname, file), options)[service] as object

type Timestamp = { readonly seconds: number; readonly nanos: number }
export type OrderMessage = Omit<Order, 'createdAt' | 'reason'> & {
  readonly reason?: string
  readonly createdAt: Timestamp
}

type Any = { readonly '@type': string; readonly [field: string]: unknown }
export type StatusMessage = { readonly code: number; readonly message: string; readonly details: readonly Any[] }

/** The service as order.proto defines it. */
export const ordersService = methodsIn('order.proto', 'flower.order.v1.Orders') as {
  readonly PlaceOrder: MethodDefinition<Wish, OrderMessage>
}

const codec = methodsIn('status.proto', 'google.rpc.Codec') as {
  readonly Convert: MethodDefinition<StatusMessage, StatusMessage>
}

/** The details of a refusal, as the trailer `grpc-status-details-bin` has them. */
export const statusCodec = { encode: codec.Convert.requestSerialize, decode: codec.Convert.requestDeserialize }
