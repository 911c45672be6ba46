import type { SpanExporter } from '@opentelemetry/sdk-trace-node'
import { expect, it } from 'vitest'
import { loggingChanges } from './trace-exporter.ts'

it('logs when spans can no longer be sent and when they can again, however often it is tried', () => {
  const lines: string[] = []
  let error: Error | undefined
  const receiver: SpanExporter = {
    export: (_, done) => done(error === undefined ? { code: 0 } : { code: 1, error }),
    shutdown: () => Promise.resolve()
  }
  const logger = {
    info: (text: string) => lines.push(text),
    warn: (fields: object) => lines.push(JSON.stringify(fields))
  }
  const exporter = loggingChanges(receiver, logger as unknown as Parameters<typeof loggingChanges>[1])
  const tryTwice = (next: Error | undefined) => {
    error = next
    for (let n = 0; n < 2; n++) exporter.export([], () => undefined)
    return lines.splice(0).length
  }
  expect(tryTwice(undefined)).toBe(0)
  expect(tryTwice(new Error('ECONNREFUSED'))).toBe(1)
  expect(tryTwice(undefined)).toBe(1)
})
