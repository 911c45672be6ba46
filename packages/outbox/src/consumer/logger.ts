type LogLine = (fields: object, message: string) => void

/** What the library needs of a logger; pino's fits. */
export type Logger = {
  readonly debug: LogLine
  readonly info: LogLine
  readonly warn: LogLine
  readonly error: LogLine
}
