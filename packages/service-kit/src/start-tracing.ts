import type { IncomingMessage } from 'node:http'
import { createRequire } from 'node:module'
import type { Span } from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { registerInstrumentations } from '@opentelemetry/instrumentation'
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http'
import { MySQL2Instrumentation } from '@opentelemetry/instrumentation-mysql2'
import { PgInstrumentation } from '@opentelemetry/instrumentation-pg'
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici'
import { defaultResource, detectResources, envDetector } from '@opentelemetry/resources'
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node'
import { addLastWork } from './last-work.ts'
import { createLogger } from './logger.ts'
import { isOwnRoute } from './own-routes.ts'
import { loggingChanges } from './trace-exporter.ts'
import { sampler } from './trace-sampler.ts'

/**
 * Sends spans of requests, calls of other services, statements and handled events by OTLP: without the values of queries
 * and statements, which may be personal. A receiver that is away costs the service nothing but the spans: 2048 wait at
 * most.
 */
export function startTracing(env: NodeJS.ProcessEnv): void {
  const { OTEL_SERVICE_NAME: name = 'service', OTEL_EXPORTER_OTLP_ENDPOINT: endpoint = '' } = env
  const logger = createLogger(name, 'info').child({ component: 'tracing' })
  if (!/^https?:$/.test(URL.parse(endpoint)?.protocol ?? ''))
    return logger.warn(
      'OTEL_EXPORTER_OTLP_ENDPOINT is no URL of HTTP, such as http://localhost:4318: nothing is traced'
    )
  const provider = new NodeTracerProvider({
    resource: defaultResource().merge(detectResources({ detectors: [envDetector] })),
    sampler,
    spanLimits: { attributeValueLengthLimit: 2000 },
    spanProcessors: [
      new BatchSpanProcessor(loggingChanges(new OTLPTraceExporter(), logger), { scheduledDelayMillis: 1000 })
    ]
  })
  provider.register()
  registerInstrumentations({
    instrumentations: [
      new HttpInstrumentation({
        // Fetch has an instrumentation of its own. This one is for a gateway, whose proxy sends by node:http.
        requireParentforOutgoingSpans: true,
        startOutgoingSpanHook: ({ protocol, hostname, port, path }) => ({
          'url.full': `${protocol ?? 'http:'}//${hostname}:${port}${withoutQuery(path ?? '')}`
        }),
        ignoreIncomingRequestHook: ({ url = '' }) => isOwnRoute(url),
        applyCustomAttributesOnSpan: (span, request) => describeRequest(span, request as RoutedRequest)
      }),
      new UndiciInstrumentation({
        startSpanHook: ({ origin, path }) => ({ 'url.full': origin + withoutQuery(path), 'url.query': '' }),
        requestHook: (_, { headers }) => removeTraceparent(headers)
      }),
      // The text as the service sends it: by default the values are put into it.
      new MySQL2Instrumentation({ maskStatement: true, maskStatementHook: statement => statement }),
      new PgInstrumentation({ ignoreConnectSpans: true })
    ]
  })
  // A module is changed when it is required, and the services import this one.
  createRequire(import.meta.url)('node:http')
  addLastWork(() => provider.shutdown())
}

/** A request as express leaves it. */
type RoutedRequest = IncomingMessage & { readonly baseUrl?: string; readonly route?: { readonly path?: unknown } }

function describeRequest(span: Span, { method, url = '', baseUrl = '', route }: RoutedRequest): void {
  if (url.includes('?')) span.setAttribute('url.query', '')
  if (typeof route?.path !== 'string') return
  span.updateName(`${method} ${baseUrl}${route.path}`)
  span.setAttribute('http.route', baseUrl + route.path)
}

const withoutQuery = (path: string) => path.split('?', 1)[0] ?? ''

/** A service may pass on the caller's header; the instrumentation adds its own, and two of them would be none. */
function removeTraceparent(headers: string | (string | string[])[]): void {
  if (typeof headers === 'string') return
  const at = headers.findIndex((name, index) => index % 2 === 0 && String(name).toLowerCase() === 'traceparent')
  if (at !== -1) headers.splice(at, 2)
}
