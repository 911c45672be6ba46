import type { Logger } from '@outbox-cdc/service-kit'
import type { RequestHandler } from 'express'
import type { Client } from './clients.ts'
import { type Answer, createProvider } from './provider.ts'
import { watchKeys } from './signing-keys.ts'

type Parts = {
  readonly folder: string
  readonly issuer: string
  readonly clients: readonly Client[]
  readonly logger: Logger
}

/**
 * Answers the requests for tokens and keys. A provider takes its keys once, so each new set of keys gets a provider of its
 * own, from the next request on. It keeps no state that the next one would miss.
 */
export async function createTokens({ folder, ...parts }: Parts): Promise<RequestHandler> {
  const currentKeys = await watchKeys(folder)
  let kids = ''
  let answer: Answer
  return async (request, response) => {
    const keys = await currentKeys()
    const newest = keys.map(({ jwk }) => jwk.kid).join()
    if (newest !== kids) {
      answer = createProvider(parts, keys)
      if (kids !== '') parts.logger.info({ kid: keys[0]?.jwk.kid, keys: keys.length }, 'keys changed')
      kids = newest
    }
    await answer(request, response)
  }
}
