export type WireEvent = {
  readonly id: number
  readonly name: string
  readonly aggregateId: number
  readonly json: string
  readonly createdAt: string
  readonly messageId: string
  readonly aggregate: string
}

/** A record as Connect writes it, without its schema. The delivery service reads both. */
export function wireRecord({ id, name, aggregateId, json, createdAt, messageId, aggregate }: WireEvent) {
  return {
    key: JSON.stringify({ event_id: aggregateId }),
    value: JSON.stringify({ id, event: name, event_id: aggregateId, payload: json, created_at: createdAt }),
    headers: { message_id: messageId, aggregate, schema_version: '1' }
  }
}
