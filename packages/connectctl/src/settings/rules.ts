import type { ConnectorConfig } from '../connect/connect-api.ts'

/** What is wrong with the value of a setting, if anything is. */
type Rule = (value: string | undefined, config: ConnectorConfig) => string | false | undefined
/** The rules of settings, by key. */
export type Rules = Readonly<Record<string, Rule>>
