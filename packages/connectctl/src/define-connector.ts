import type { knownSettings, KnownSetting, openPrefixes } from './settings/known-settings.ts'

type Reference = `\${${string}}`
type Words<Text extends string> = Text extends `${infer First}|${infer Rest}` ? First | Words<Rest> : Text
type ValueOf<Kind extends string> = Kind extends 'boolean'
  ? boolean | 'true' | 'false' | Reference
  : Kind extends 'int' | 'long'
    ? number | `${number}` | Reference
    : Kind extends `${string}|${string}`
      ? Words<Kind> | Reference
      : string

/** The settings of a Debezium MySQL connector: a misspelt key or a mode that does not exist is a compile error. */
export type MySqlConnectorConfig = { readonly [Key in KnownSetting]?: ValueOf<(typeof knownSettings)[Key]> } & {
  readonly [Key in `${(typeof openPrefixes)[number]}${string}`]?: string | number | boolean
}

/** For a connector file in TypeScript: `export const config = defineConnector({ … })`. */
export function defineConnector(config: MySqlConnectorConfig): MySqlConnectorConfig {
  return config
}
