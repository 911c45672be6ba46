/**
 * Turns on traces: `node --import @outbox-cdc/service-kit/tracing main.ts`. It must come before the service, because it
 * changes modules that the service loads. Without OTEL_EXPORTER_OTLP_ENDPOINT it loads nothing more and changes nothing.
 */
if ((process.env['OTEL_EXPORTER_OTLP_ENDPOINT'] ?? '') !== '') {
  const { startTracing } = await import('./start-tracing.ts')
  startTracing(process.env)
}
