/** What doctor found about one thing that a connector needs. */
export type Symptom = {
  readonly ok: boolean
  readonly what: string
  readonly advice?: string
  /** It's right, but a person should know the advice. */
  readonly beware?: boolean
}

export function symptom(ok: boolean, what: string, advice: string): Symptom {
  return { ok, what, advice }
}

/** How the login was secured: `version` is that of TLS, empty without it. */
export function loginSymptom(engine: string, version: string, mode: string): Symptom {
  return { ok: true, what: `logs in to ${engine} ${version === '' ? 'without TLS' : `with ${version}`} (${mode})` }
}
