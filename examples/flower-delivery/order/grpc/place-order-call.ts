import {
  type handleUnaryCall,
  Metadata,
  type sendUnaryData,
  type ServerUnaryCall,
  status,
  type StatusObject
} from '@grpc/grpc-js'
import { type Logger, type RequestContext, toProblem } from '@outbox-cdc/service-kit'
import type { Order, Wish } from '../orders/order.ts'
import type { createOrdering } from '../orders/ordering.ts'
import { placeOrder } from '../place-order.ts'
import { contextOf } from './call-context.ts'
import type { OrderMessage } from './protos.ts'
import { refusalOf } from './refusal.ts'

type Parts = { readonly ordering: ReturnType<typeof createOrdering>; readonly logger: Logger }
type Call = ServerUnaryCall<Wish, OrderMessage>
type Ended = { readonly refusal?: StatusObject; readonly order?: Order }

/** `PlaceOrder`: the use case of `POST /orders`. Returns the id of the request as `x-request-id`, and logs one line when it ends. */
export function placeOrderCall({ ordering, logger }: Parts): handleUnaryCall<Wish, OrderMessage> {
  return (call, end) => void answer(call, end)

  async function answer(call: Call, end: sendUnaryData<OrderMessage>): Promise<void> {
    const started = performance.now()
    const context = contextOf(call)
    const { requestId, correlationId, signal } = context
    const metadata = new Metadata()
    metadata.set('x-request-id', requestId)
    call.sendMetadata(metadata)
    const ended = await place(call.request, context)
    const code = status[ended.refusal?.code ?? status.OK]
    const ms = Math.round((performance.now() - started) * 10) / 10
    const fields = { method: 'PlaceOrder', code, ms, requestId, correlationId, orderId: ended.order?.id }
    logger[code === 'UNAVAILABLE' ? 'warn' : 'info'](fields, signal.aborted ? 'call cut off' : 'call')
    end(ended.refusal ?? null, ended.order && messageOf(ended.order))
  }

  async function place(input: Wish, context: RequestContext): Promise<Ended> {
    try {
      return { order: await placeOrder(ordering, { input, whole: 'message', context }) }
    } catch (error) {
      const problem = toProblem(error)
      if (problem.status === 500) logger.error({ err: error, requestId: context.requestId }, 'call failed')
      return { refusal: refusalOf(problem) }
    }
  }
}

function messageOf({ createdAt, reason, ...order }: Order): OrderMessage {
  const ms = createdAt.getTime()
  const at = { seconds: Math.floor(ms / 1000), nanos: (ms % 1000) * 1_000_000 }
  return { ...order, createdAt: at, ...(reason !== null && { reason }) }
}
