import { type DestinationStream, destination, type Logger, pino, stdTimeFunctions } from 'pino'

export type { Logger }

const secrets = ['password', 'authorization', 'cookie', 'MYSQL_URL']

/** One JSON line an event on stdout: a constant message, the facts as fields, nothing secret. */
export function createLogger(name: string, level: string, to: DestinationStream = destination(1)): Logger {
  const options = {
    name,
    level,
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: [...secrets, ...secrets.map(secret => `*.${secret}`), ...secrets.map(secret => `*.*.${secret}`)]
  }
  return pino(options, to)
}
