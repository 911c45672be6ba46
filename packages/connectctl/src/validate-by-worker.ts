import type { ConnectApi } from './connect-api.ts'
import type { ConnectorFile } from './connector-file.ts'
import { error } from './settings/finding.ts'
import type { Finding } from './settings/finding.ts'

type Validation = {
  readonly configs: readonly { readonly value: { readonly name: string; readonly errors: readonly string[] } | null }[]
}

/** Connect's own validation, which logs in to the database and knows the classes of transforms and converters. */
export async function validateByWorker(api: ConnectApi, file: ConnectorFile): Promise<readonly Finding[]> {
  const plugin = encodeURIComponent(file.config['connector.class'] ?? '')
  const body = { ...file.config, name: file.name }
  const answer = await api.request<Validation>('PUT', `/connector-plugins/${plugin}/config/validate`, { body })
  return answer.configs.flatMap(({ value }) =>
    value === null ? [] : value.errors.map(text => error(value.name, `(Connect) ${text}`))
  )
}
