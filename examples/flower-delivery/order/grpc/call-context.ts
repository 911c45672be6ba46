import type { ServerUnaryCall } from '@grpc/grpc-js'
import { readContext, type RequestContext } from '@outbox-cdc/service-kit'

const usualTimeoutMs = 2_000
const longestTimeoutMs = 60_000

/** The context of a call: metadata have the names that headers have in HTTP, and the deadline is gRPC's own. */
export function contextOf(call: ServerUnaryCall<unknown, unknown>): RequestContext {
  const gone = new AbortController()
  call.on('cancelled', () => gone.abort())
  const until = Number(call.getDeadline())
  const deadline = Number.isFinite(until) ? Math.min(until, Date.now() + longestTimeoutMs) : Date.now() + usualTimeoutMs
  const header = (name: string) => call.metadata.get(name).find(value => typeof value === 'string')
  return readContext({ header, deadline, signal: gone.signal })
}
