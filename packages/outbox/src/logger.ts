/** The part of a logger that the library uses. A pino logger fits. */
export type Logger = Readonly<Record<'debug' | 'info' | 'warn' | 'error', (fields: object, message: string) => void>>
