type LogLine = (fields: object, message: string) => void

/** The part of a logger that the library uses. A pino logger fits. */
export type Logger = {
  readonly debug: LogLine
  readonly info: LogLine
  readonly warn: LogLine
  readonly error: LogLine
}
