/** What doctor found about one thing that a connector needs. */
export type Symptom = { readonly ok: boolean; readonly what: string; readonly advice?: string }
