/** A finding about one setting. An error stops the file from being sent, a warning doesn't. */
export type Finding = { readonly level: 'error' | 'warning'; readonly key: string; readonly why: string }

const finding =
  (level: Finding['level']) =>
  (key: string, why: string): Finding => ({ level, key, why })
export const error = finding('error')
export const warning = finding('warning')
