import { StackError } from './errors.ts'
import type { Stack } from './stack.ts'

export type ExternalStackOptions = {
  readonly mysql: { readonly host: string; readonly port: number; readonly rootPassword: string }
  readonly brokers: readonly string[]
  readonly connectUrls: readonly string[]
  readonly registry?: { readonly url: string }
}

/** Servers that already run: they can be used, but neither started nor broken from here. */
export function externalStack({ mysql, brokers, connectUrls, registry }: ExternalStackOptions): Stack {
  return {
    mysql,
    kafka: { brokers },
    connect: { urls: connectUrls },
    registry,
    parts: [],
    part: name => {
      throw new StackError('UNKNOWN_PART', `${name} was running before, so it cannot be stopped or broken from here.`)
    },
    stopAll: async () => undefined
  }
}
