import { createRequire } from 'node:module'

export type OpenTelemetry = typeof import('@opentelemetry/api')

let loaded: { readonly api: OpenTelemetry | undefined } | undefined

/** The OpenTelemetry API where the service has installed it; its global state is one, whichever copy is asked. */
export function openTelemetry(): OpenTelemetry | undefined {
  loaded ??= { api: load() }
  return loaded.api
}

function load(): OpenTelemetry | undefined {
  try {
    return createRequire(import.meta.url)('@opentelemetry/api') as OpenTelemetry
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND') return undefined
    throw error
  }
}
