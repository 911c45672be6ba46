import { Router } from 'express'
import type { Knex } from 'knex'
import { type Href, hrefOf, sendHal } from '../hal/hal.ts'
import { contentHref } from '../contracts/contract-routes.ts'
import { resultHref } from '../verifications/verification-routes.ts'
import type { Decision } from './decision.ts'
import { readMatrixQuery } from './matrix-query.ts'
import type { MatrixRow, ProviderVersion } from './matrix-rows.ts'
import { readMatrix } from './read-matrix.ts'

/** The matrix, and with it the answer to "can I deploy?" and "can I merge?". */
export function matrixRoutes(db: Knex): Router {
  return Router().get('/matrix', async (request, response) => {
    const href = hrefOf(request)
    const query = readMatrixQuery(request.url.slice(request.path.length + 1))
    const { rows, ignored, decision } = await readMatrix(db, query)
    const { deployable, reasons, success, failed, unknown } = decision
    sendHal(response, {
      summary: { deployable, reason: reasons.join('\n'), success, failed, unknown, ignored: ignored.length },
      notices: noticesOf(decision),
      matrix: [
        ...rows.map(row => showRow(href, row)),
        ...ignored.map(row => ({ ...showRow(href, row), ignored: true }))
      ]
    })
  })
}

function noticesOf({ deployable, reasons }: Decision) {
  const type = deployable === true ? 'success' : 'error'
  return reasons.map(text => ({ type, text }))
}

function showRow(href: Href, { publication, providerVersion, verification }: MatrixRow) {
  const { consumer, provider, version: number, branches, tags } = publication
  return {
    consumer: { ...named(href, consumer), version: showVersion(href, consumer, { number, branches, tags }) },
    provider: { ...named(href, provider), version: providerVersion && showVersion(href, provider, providerVersion) },
    pact: { createdAt: publication.publishedAt, _links: { self: { href: contentHref(href, publication) } } },
    verificationResult: verification && {
      success: verification.success,
      verifiedAt: verification.verifiedAt,
      _links: { self: { href: resultHref(href, publication, verification.number) } }
    }
  }
}

const named = (href: Href, name: string) => ({ name, _links: { self: { href: href('pacticipants', name) } } })

function showVersion(href: Href, of: string, { number, branches, tags }: ProviderVersion) {
  const listed = (names: readonly string[]) => names.map(name => ({ name, latest: false }))
  return {
    number,
    branch: branches[0] ?? null,
    branches: listed(branches),
    branchVersions: listed(branches),
    tags: listed(tags),
    _links: { self: { href: href('pacticipants', of, 'versions', number) } }
  }
}
