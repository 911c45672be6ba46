import { type ServiceError, status } from '@grpc/grpc-js'
import { post } from '@outbox-cdc/test-support/http'
import { createOrderClient } from '../order/grpc/client.ts'
import { explain } from '../order/grpc/refusal.ts'
import type { Wish } from '../order/orders/order.ts'

/** What became of a wish, in words that no protocol has. */
export type Answer = {
  readonly outcome: string
  readonly order?: unknown
  readonly fields: readonly string[]
  readonly text: string
  readonly retryAfterSeconds: number | undefined
  readonly requestId: unknown
}

/** A protocol by which orders are placed. */
export type Protocol = {
  readonly place: (wish: object, headers?: Readonly<Record<string, string>>) => Promise<Answer>
  readonly close: () => void
}

const outcomes: Readonly<Record<number, string>> = {
  201: 'placed',
  400: 'invalid',
  409: 'differs',
  413: 'too large',
  422: 'unknown item',
  503: 'unavailable',
  [status.INVALID_ARGUMENT]: 'invalid',
  [status.FAILED_PRECONDITION]: 'differs',
  [status.RESOURCE_EXHAUSTED]: 'too large',
  [status.NOT_FOUND]: 'unknown item',
  [status.UNAVAILABLE]: 'unavailable'
}
const named = (code: number) => outcomes[code] ?? String(code)
const fieldsOf = (errors: readonly { readonly field: string }[] = []) => errors.map(({ field }) => field)

export const rest = (at: string): Protocol => ({
  async place(wish, more) {
    const { status: code, body, headers } = await post(`${at}/orders`, wish, more)
    const seconds = headers.get('retry-after')
    return {
      outcome: named(code),
      fields: fieldsOf(body?.errors),
      text: body?.detail ?? '',
      retryAfterSeconds: seconds === null ? undefined : Number(seconds),
      requestId: headers.get('x-request-id'),
      ...(code === 201 && { order: body })
    }
  },
  close: () => undefined
})

export function grpc(address: string): Protocol {
  const client = createOrderClient(address)
  return {
    async place(wish, headers = {}) {
      try {
        const answer = await client.place(wish as Wish, { headers, timeoutMs: 20_000 })
        const { createdAt, ...order } = answer.order
        const iso = new Date(createdAt.seconds * 1000 + createdAt.nanos / 1_000_000).toISOString()
        return {
          outcome: 'placed',
          order: { reason: null, ...order, createdAt: iso },
          fields: [],
          text: '',
          retryAfterSeconds: undefined,
          requestId: answer.headers.get('x-request-id')[0]
        }
      } catch (error) {
        const { code, details } = error as ServiceError
        const { errors, retryAfterSeconds } = explain(error as ServiceError)
        return {
          outcome: named(code),
          fields: fieldsOf(errors),
          text: details,
          retryAfterSeconds,
          requestId: undefined
        }
      }
    },
    close: client.close
  }
}
