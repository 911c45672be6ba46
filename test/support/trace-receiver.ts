import { randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'

/** A span as a test looks at it. */
export type ReceivedSpan = {
  readonly service: string
  readonly traceId: string
  readonly id: string
  readonly parent: string | undefined
  readonly name: string
  /** 2: server, 3: client, 4: producer, 5: consumer. */
  readonly kind: number
  readonly failed: boolean
  readonly attributes: Readonly<Record<string, string | number>>
}

export type TraceReceiver = Awaited<ReturnType<typeof startTraceReceiver>>

/** Takes spans by OTLP as JSON, and keeps them. */
export async function startTraceReceiver() {
  const spans: ReceivedSpan[] = []
  const server = createServer((request, response) => {
    void json(request).then(body => {
      spans.push(...spansIn(body as Otlp))
      response.setHeader('content-type', 'application/json').end('{}')
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans: spans as readonly ReceivedSpan[],
    async stop() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    }
  }
}

/** A traceparent of a caller, with the ids in it. */
export function newTraceparent() {
  const [traceId, spanId] = [randomBytes(16).toString('hex'), randomBytes(8).toString('hex')]
  return { traceId, spanId, traceparent: `00-${traceId}-${spanId}-01` }
}

/** The spans of a trace as lines, each below its parent, sorted by name; spans of another trace's parent are left out. */
export function treeOf(spans: readonly ReceivedSpan[], parent: string, depth = 0): readonly string[] {
  const children = spans.filter(span => span.parent === parent).toSorted((a, b) => a.name.localeCompare(b.name))
  return children.flatMap(span => [
    `${'  '.repeat(depth)}${span.service}: ${span.name}`,
    ...treeOf(spans, span.id, depth + 1)
  ])
}

type Value = { readonly stringValue?: string; readonly intValue?: number | string }
type Attributes = readonly { readonly key: string; readonly value: Value }[]
type Otlp = {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: Attributes }
    readonly scopeSpans: readonly {
      readonly spans: readonly {
        readonly traceId: string
        readonly spanId: string
        readonly parentSpanId?: string
        readonly name: string
        readonly kind: number
        readonly status: { readonly code?: number }
        readonly attributes: Attributes
      }[]
    }[]
  }[]
}

function spansIn({ resourceSpans }: Otlp): readonly ReceivedSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) =>
      spans.map(({ traceId, spanId, parentSpanId, name, kind, status, attributes }) => ({
        service: String(valuesIn(resource.attributes)['service.name']),
        traceId,
        id: spanId,
        parent: parentSpanId,
        name,
        kind,
        failed: status.code === 2,
        attributes: valuesIn(attributes)
      }))
    )
  )
}

function valuesIn(attributes: Attributes): Readonly<Record<string, string | number>> {
  return Object.fromEntries(
    attributes.map(({ key, value }) => [key, value.stringValue ?? Number(value.intValue)] as const)
  )
}
