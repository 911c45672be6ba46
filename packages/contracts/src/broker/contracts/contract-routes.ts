import { validated } from '@outbox-cdc/service-kit'
import { type Request, Router } from 'express'
import type { Knex } from 'knex'
import { type Href, hrefOf, sendHal } from '../hal/hal.ts'
import { withIds } from './contract-file.ts'
import {
  latestPublications,
  type Publication,
  readContent,
  requirePublication,
  requirePublishedContent
} from './contract-store.ts'
import { publishContracts, publishSchema } from './publish-contracts.ts'
import { describePublishing } from './publish-answer.ts'

/** Publishing, and reading a contract by its link. */
export function contractRoutes(db: Knex): Router {
  const routes = Router()
  const pair = ':provider/consumer/:consumer'
  routes.post('/contracts/publish', async (request, response) => {
    const published = await publishContracts(db, validated(publishSchema, request.body, 'body'))
    sendHal(response, describePublishing(hrefOf(request), published))
  })
  routes.get(`/pacts/provider/${pair}/latest`, async (request, response) => {
    sendHal(response, await showContract(db, request, await requirePublication(db, pairOf(request))))
  })
  routes.get(`/pacts/provider/${pair}/version/:version`, async (request, response) => {
    const { version } = request.params
    sendHal(response, await showContract(db, request, await requirePublication(db, pairOf(request), version)))
  })
  routes.get(`/pacts/provider/${pair}/pact-version/:hash`, async (request, response) => {
    const { hash } = request.params
    sendHal(response, await showContract(db, request, await requirePublishedContent(db, pairOf(request), hash)))
  })
  routes.get('/pacts/latest', async (request, response) => {
    const href = hrefOf(request)
    const found: Publication[] = await latestPublications(db)
    sendHal(response, {
      pacts: found.map(each => listed(href, each)),
      _links: { self: { href: href('pacts', 'latest') } }
    })
  })
  return routes
}

type Params = { readonly consumer?: string; readonly provider?: string }
export const pairOf = ({ params: { consumer = '', provider = '' } }: { readonly params: Params }) => ({
  consumer,
  provider
})

/** Where a content is read, whichever versions published it. */
export const contentHref = (
  href: Href,
  { consumer, provider, hash }: Pick<Publication, 'consumer' | 'provider' | 'hash'>
) => href('pacts', 'provider', provider, 'consumer', consumer, 'pact-version', hash)

async function showContract(db: Knex, request: Request<Params>, publication: Publication): Promise<object> {
  const href = hrefOf(request)
  const { consumer, provider, version, hash, publishedAt } = publication
  const content = await readContent(db, publication.contractId)
  const results = href(
    'pacts',
    'provider',
    provider,
    'consumer',
    consumer,
    'pact-version',
    hash,
    'verification-results'
  )
  return {
    ...withIds(content),
    createdAt: publishedAt,
    _links: {
      self: { href: contentHref(href, publication), name: titleOf(publication) },
      'pb:consumer': { href: href('pacticipants', consumer), title: 'Consumer', name: consumer },
      'pb:consumer-version': {
        href: href('pacticipants', consumer, 'versions', version),
        title: 'Version',
        name: version
      },
      'pb:provider': { href: href('pacticipants', provider), title: 'Provider', name: provider },
      'pb:publish-verification-results': { href: results, title: 'Publish verification results' },
      'pb:latest-verification-results': { href: `${results}/latest`, title: 'Latest verification results' }
    }
  }
}

export const titleOf = ({ consumer, provider, version }: Publication): string =>
  `Contract between ${consumer} (${version}) and ${provider}`

function listed(href: Href, publication: Publication): object {
  const { consumer, provider, version, publishedAt } = publication
  const self = { href: href('pacts', 'provider', provider, 'consumer', consumer, 'version', version) }
  const named = (name: string) => ({ name, _links: { self: { href: href('pacticipants', name) } } })
  const consumerVersion = {
    number: version,
    _links: { self: { href: href('pacticipants', consumer, 'versions', version) } }
  }
  return {
    createdAt: publishedAt,
    _embedded: {
      consumer: { ...named(consumer), _embedded: { version: consumerVersion } },
      provider: named(provider)
    },
    _links: { self: { ...self, name: titleOf(publication), title: 'Contract' } }
  }
}
