import { validated } from '@outbox-cdc/service-kit'
import { Router } from 'express'
import type { Knex } from 'knex'
import { contentHref, titleOf } from '../contracts/contract-routes.ts'
import { type Href, hrefOf, sendHal } from '../hal/hal.ts'
import { findPacticipant } from '../pacticipants/pacticipant-store.ts'
import { contractsToVerify, type ToVerify } from './for-verification.ts'
import { forVerificationSchema, readSelectors } from './selectors.ts'

/** The contracts that a provider has to verify. A provider that no contract names has none. */
export function forVerificationRoutes(db: Knex): Router {
  const routes = Router()
  const path = '/pacts/provider/:provider/for-verification'
  const answer = async (name: string, body: unknown) => {
    const request = validated(forVerificationSchema, body, 'body')
    const selectors = readSelectors(request)
    const provider = await findPacticipant(db, name)
    return provider === undefined ? [] : await contractsToVerify(db, provider, { ...request, selectors })
  }
  routes.get(path, async (request, response) => {
    const found = await answer(request.params.provider, {})
    sendHal(response, showAll(hrefOf(request), request.params.provider, found))
  })
  routes.post(path, async (request, response) => {
    const found = await answer(request.params.provider, request.body ?? {})
    sendHal(response, showAll(hrefOf(request), request.params.provider, found))
  })
  return routes
}

const showAll = (href: Href, provider: string, found: readonly ToVerify[]) => ({
  _embedded: { pacts: found.map(each => show(href, each)) },
  _links: { self: { href: href('pacts', 'provider', provider, 'for-verification'), title: 'Contracts to verify' } }
})

function show(href: Href, { publication, why, pending }: ToVerify): object {
  const { consumer, provider } = publication
  const chosen = `The contract between ${consumer} and ${provider} is verified because ${why.join(', and ')}.`
  const notices = [{ when: 'before_verification', text: chosen }, ...pendingNotices(provider, pending)]
  return {
    shortDescription: why.join(', and '),
    verificationProperties: { ...(pending !== undefined && { pending }), notices },
    _links: { self: { href: contentHref(href, publication), name: titleOf(publication) } }
  }
}

function pendingNotices(provider: string, pending: boolean | undefined) {
  if (pending !== true) return []
  const because = `It is pending, because ${provider} has never verified it with success. A failure won't fail this build.`
  const failed = `It stays pending, because ${provider} still doesn't do what it asks.`
  return [
    { when: 'before_verification', text: because },
    { when: 'after_verification:success_false_published_true', text: failed }
  ]
}
