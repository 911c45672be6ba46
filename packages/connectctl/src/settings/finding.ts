/** A finding about one setting. An error stops the file from being sent, a warning doesn't. */
export type Finding = { readonly level: 'error' | 'warning'; readonly key: string; readonly why: string }

export function error(key: string, why: string): Finding {
  return { level: 'error', key, why }
}

export function warning(key: string, why: string): Finding {
  return { level: 'warning', key, why }
}
