import { StackError } from './errors.ts'
import type { Stack } from './stack.ts'

export type ExternalStackOptions = {
  readonly mysql: { readonly host: string; readonly port: number; readonly rootPassword: string }
  readonly brokers: readonly string[]
  readonly connectUrls: readonly string[]
  readonly registry?: { readonly url: string }
}

/** Servers that already run and belong to others: they can be used, but neither started nor broken from here. */
export function externalStack({ mysql, brokers, connectUrls, registry }: ExternalStackOptions): Stack {
  const refuse = (): never => {
    throw new StackError(
      'UNKNOWN_PART',
      'The servers of an external stack belong to others and cannot be stopped or broken from here.'
    )
  }
  return {
    mysql,
    kafka: { brokers },
    connect: { urls: connectUrls },
    registry,
    parts: [],
    start: async () => refuse(),
    stop: async () => refuse(),
    restart: async () => refuse(),
    kill: async () => refuse(),
    freeze: async () => refuse(),
    thaw: async () => refuse(),
    pid: () => undefined,
    logFile: refuse,
    onUnexpectedExit: () => undefined,
    stopAll: async () => undefined
  }
}
