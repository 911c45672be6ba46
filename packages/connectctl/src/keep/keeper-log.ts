/** What pino offers of itself; the keeper needs no more. */
export type KeeperLog = {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}
