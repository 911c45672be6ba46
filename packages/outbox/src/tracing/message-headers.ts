/** What may travel beside the payload. Each becomes a column, and Connect lifts the column into a Kafka header. */
export type MessageContext = {
  /** Groups everything that one request set off; at most 64 characters. */
  readonly correlationId?: string | undefined
  /** The message id of the event that was being handled; at most 64 characters. */
  readonly causationId?: string | undefined
  /**
   * W3C Trace Context. With OpenTelemetry the active span stands here by itself. One that cannot be read is left out,
   * as that standard asks: tracing never refuses an event.
   */
  readonly traceparent?: string | undefined
}
