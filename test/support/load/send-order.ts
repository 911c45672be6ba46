import { AnswerTimeout, type HttpConnections } from './http-connections.ts'

/** What one POST /order came to. `id` is there when it was accepted. */
export type Attempt = {
  readonly id?: number
  /** 0 without an answer. */
  readonly status: number
  /** `201`, another status, `no connection`, `cut` or `no answer in 5 s`. */
  readonly outcome: string
  readonly retryAfterMs: number
}

type Order = { readonly name: string; readonly idempotencyKey?: string }

/** Places one order. Never rejects. */
export async function sendOrder(connections: HttpConnections, { name, idempotencyKey }: Order): Promise<Attempt> {
  const headers = idempotencyKey === undefined ? {} : { 'Idempotency-Key': idempotencyKey }
  try {
    const body = JSON.stringify({ name, quantity: 95 })
    const { status, head, body: text } = await connections.post({ path: '/order', body, headers })
    const retryAfterMs = Number(/^retry-after: *(\d+)/im.exec(head)?.[1] ?? 0) * 1_000
    const attempt = { status, outcome: String(status), retryAfterMs }
    return status === 201 ? { ...attempt, id: Number(/"id":(\d+)/.exec(text)?.[1] ?? 0) } : attempt
  } catch (error) {
    return { status: 0, outcome: outcomeOf(error), retryAfterMs: 0 }
  }
}

function outcomeOf(error: unknown): string {
  if (error instanceof AnswerTimeout) return error.message
  return (error as { readonly code?: string }).code === 'ECONNREFUSED' ? 'no connection' : 'cut'
}
