/** One thing said about a connector's settings: errors are refused before anything is sent, warnings are told. */
export type Finding = { readonly level: 'error' | 'warning'; readonly key: string; readonly why: string }

export function error(key: string, why: string): Finding {
  return { level: 'error', key, why }
}

export function warning(key: string, why: string): Finding {
  return { level: 'warning', key, why }
}
