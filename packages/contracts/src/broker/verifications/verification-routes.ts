import { notFound, validated } from '@outbox-cdc/service-kit'
import { Router } from 'express'
import type { Knex } from 'knex'
import { z } from 'zod'
import { contentHref, pairOf } from '../contracts/contract-routes.ts'
import { type Publication, requirePublishedContent } from '../contracts/contract-store.ts'
import { type Href, hrefOf, sendHal } from '../hal/hal.ts'
import { nameSchema, urlSchema } from '../hal/input.ts'
import { ensurePacticipant } from '../pacticipants/pacticipant-store.ts'
import { ensureVersion } from '../pacticipants/version-store.ts'
import { addVerification, type Verification, verifications } from './verification-store.ts'

const resultSchema = z.object({
  success: z.boolean({ error: 'must be true or false' }),
  providerApplicationVersion: nameSchema,
  buildUrl: urlSchema,
  testResults: z.unknown().optional()
})

/** Publishing and reading the results of a verification. */
export function verificationRoutes(db: Knex): Router {
  const routes = Router()
  const path = '/pacts/provider/:provider/consumer/:consumer/pact-version/:hash/verification-results'
  routes.post(path, async (request, response) => {
    const {
      success,
      providerApplicationVersion: number,
      buildUrl = null,
      testResults: results = []
    } = validated(resultSchema, request.body, 'body')
    const contract = await requirePublishedContent(db, pairOf(request), request.params.hash)
    const added = await db.transaction(async trx => {
      const provider = await ensurePacticipant(trx, contract.provider)
      const version = await ensureVersion(trx, provider, { number, buildUrl })
      return addVerification(trx, { contract, version, success, results, buildUrl })
    })
    const found = await readVerification(db, contract, added)
    const shown = showVerification(hrefOf(request), contract, found)
    response.location(shown._links.self.href)
    sendHal(response, shown, 201)
  })
  routes.get(`${path}/:number`, async (request, response) => {
    const { hash, number } = request.params
    const contract = await requirePublishedContent(db, pairOf(request), hash)
    const wanted = number === 'latest' ? number : Number(/^\d{1,9}$/.exec(number)?.[0] ?? 0)
    sendHal(response, showVerification(hrefOf(request), contract, await readVerification(db, contract, wanted)))
  })
  return routes
}

async function readVerification(db: Knex, contract: Publication, number: number | 'latest'): Promise<Verification> {
  const query = verifications(db).where({ contract_id: contract.contractId }).orderBy('r.number', 'desc')
  if (number !== 'latest') void query.where('r.number', number)
  const found: Verification | undefined = await query.first()
  if (found !== undefined) return found
  throw notFound(`The contract between ${contract.consumer} and ${contract.provider} has no result ${number}`)
}

/** Where a result is read. */
export const resultHref = (href: Href, contract: Pick<Publication, 'consumer' | 'provider' | 'hash'>, number: number) =>
  `${contentHref(href, contract)}/verification-results/${number}`

function showVerification(href: Href, contract: Publication, verification: Verification) {
  const { number, version, success, verifiedAt, buildUrl, results } = verification
  return {
    success,
    providerApplicationVersion: version,
    buildUrl,
    verificationDate: verifiedAt,
    testResults: results,
    _links: {
      self: { href: resultHref(href, contract, number), title: 'Verification result', name: String(number) },
      'pb:pact-version': { href: contentHref(href, contract), title: 'Contract' }
    }
  }
}
