import type { SpanExporter } from '@opentelemetry/sdk-trace-node'
import type { Logger } from './logger.ts'

/** Logs one line when the receiver stops taking spans, and one when it takes them again. */
export function loggingChanges(exporter: SpanExporter, logger: Pick<Logger, 'info' | 'warn'>): SpanExporter {
  let works = true
  const note = (error: Error | undefined) => {
    const worked = works
    works = error === undefined
    if (worked && error !== undefined) logger.warn({ err: error }, 'cannot send traces: spans are lost until it works')
    if (!worked && error === undefined) logger.info('sends traces again')
  }
  return {
    export(spans, done) {
      exporter.export(spans, result => {
        note(result.code === 0 ? undefined : (result.error ?? new Error('The receiver refused the spans')))
        done(result)
      })
    },
    shutdown: () => exporter.shutdown()
  }
}
