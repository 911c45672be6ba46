import { openTelemetry } from './open-telemetry.ts'

/** What W3C Trace Context, version 00, looks like; all zeros would say that there is none. */
export const traceparentPattern = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})$/

/** The active span as a traceparent, if OpenTelemetry is installed and a span is active. */
function activeTraceparent(): string | undefined {
  const api = openTelemetry()
  const span = api?.trace.getActiveSpan()?.spanContext()
  if (api === undefined || span === undefined || !api.isSpanContextValid(span)) return undefined
  return `00-${span.traceId}-${span.spanId}-${span.traceFlags.toString(16).padStart(2, '0')}`
}

/** The parent that an event is written under: the active span, unless the caller names one of another trace. */
export function traceparentFor(given: string | undefined): string | undefined {
  const active = activeTraceparent()
  return given === undefined || active?.slice(3, 35) === given.slice(3, 35) ? (active ?? given) : given
}
