/** Whose connection failed, and what is known of it. */
export type Connection = {
  /** `Kafka`, `MySQL`, `PostgreSQL`, `Connect`, or another name. */
  readonly part: string
  /** `host:port`. */
  readonly address?: string | undefined
  /** Who connects, such as `User:delivery-service`. */
  readonly principal?: string | undefined
  /** What it asked for, such as `the topic orders_server.orders.outbox`. */
  readonly what?: string | undefined
  /** Of Kafka: what it asked for, the right that this needs (READ by default), and how it logs in. */
  readonly topic?: string | undefined
  readonly group?: string | undefined
  readonly right?: string | undefined
  readonly mechanism?: string | undefined
  /** The server's certificate, if it was looked at. */
  readonly certificate?: { readonly valid_to?: string; readonly subjectaltname?: string | undefined } | undefined
}

/** What errors of the clients hold. */
export type Known = {
  readonly message: string
  readonly name?: string
  readonly code?: unknown
  readonly cert?: Connection['certificate']
  readonly status?: unknown
  /** Of kafkajs: Kafka's name of the error, and the broker. */
  readonly type?: unknown
  readonly broker?: unknown
  /** Of @platformatic/kafka: Kafka's name of the error, and what the broker said. */
  readonly apiId?: unknown
  readonly serverErrorMessage?: unknown
}

/** `Kafka at 127.0.0.1:9092`. */
export function placeOf({ part, address }: Connection): string {
  return address === undefined ? part : `${part} at ${address}`
}
