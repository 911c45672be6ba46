import type { ConnectorConfig } from '../connect/connect-api.ts'

export type ConfigChange = { readonly key: string; readonly from: string | undefined; readonly to: string | undefined }

const addedByServer = new Set(['name', '__internal.config.version'])

/** What `wanted` would change. Ignores keys that the server adds, and treats masked secrets as unchanged. */
export function diffConfig(current: ConnectorConfig, wanted: ConnectorConfig): readonly ConfigChange[] {
  const keys = [...new Set([...Object.keys(current), ...Object.keys(wanted)])].sort()
  return keys
    .filter(key => !addedByServer.has(key) && current[key] !== wanted[key])
    .filter(key => !isMasked(current[key]) || wanted[key] === undefined)
    .map(key => ({ key, from: current[key], to: wanted[key] }))
}

function isMasked(value: string | undefined): boolean {
  return value === '[hidden]' || /^\*+$/.test(value ?? '')
}
