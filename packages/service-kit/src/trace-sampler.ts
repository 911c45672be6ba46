import { SpanKind } from '@opentelemetry/api'
import { ParentBasedSampler, type Sampler, SamplingDecision } from '@opentelemetry/sdk-trace-node'

/**
 * A trace begins with a request or with an event. What a service does by itself, such as to look whether its database
 * answers, would be many traces of one statement each.
 */
const requestsAndEvents: Sampler = {
  shouldSample: (...[, , , kind]) => ({
    decision:
      kind === SpanKind.SERVER || kind === SpanKind.CONSUMER
        ? SamplingDecision.RECORD_AND_SAMPLED
        : SamplingDecision.NOT_RECORD
  }),
  toString: () => 'RequestsAndEvents'
}

/** Records each request and event, and all below them, unless the caller's traceparent says that it isn't sampled. */
export const sampler: Sampler = new ParentBasedSampler({ root: requestsAndEvents })
