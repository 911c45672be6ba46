import {
  createLogger,
  createMetrics,
  createServiceClients,
  type RequestContext,
  type ServiceClients
} from '@outbox-cdc/service-kit'

/** What a service's own client of another service needs, as if a request were being handled that may take ten seconds. */
export function aRequest(): { readonly clients: ServiceClients; readonly context: RequestContext } {
  const { registry } = createMetrics('contract')
  return {
    clients: createServiceClients({ logger: createLogger('contract', 'silent'), registry }),
    context: {
      requestId: 'contract',
      correlationId: 'contract',
      deadline: Date.now() + 10_000,
      signal: new AbortController().signal
    }
  }
}
