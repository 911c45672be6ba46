/** A wrong or missing setting, in one sentence. It never shows a value, because some are secrets. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError'
}

/** The variables of a process. */
export type Environment = Readonly<Record<string, string | undefined>>
