import { validated } from '@outbox-cdc/service-kit'
import { Router } from 'express'
import type { Knex } from 'knex'
import { z } from 'zod'
import { pairOf } from '../contracts/contract-routes.ts'
import { latestPublications, readContent, requirePublication } from '../contracts/contract-store.ts'
import { nameSchema } from '../hal/input.ts'
import { viewGraph } from './graph-view.ts'
import { viewMatrix } from './matrix-view.ts'
import { showContracts } from './show-contract.ts'
import { showInteractions } from './show-interactions.ts'

const versionQuery = z.strictObject({ version: nameSchema.optional() })
const matrixQuery = z.strictObject({ consumer: nameSchema.optional(), provider: nameSchema.optional() })

/** What the pages read. */
export function viewRoutes(db: Knex): Router {
  return Router()
    .get('/api/contracts', async (_, response) => {
      response.json({ items: await showContracts(db, await latestPublications(db)) })
    })
    .get('/api/contracts/:consumer/:provider', async (request, response) => {
      const { version } = validated(versionQuery, request.query, 'query')
      const publication = await requirePublication(db, pairOf(request), version)
      const [shown] = await showContracts(db, [publication])
      response.json({ ...shown, interactions: showInteractions(await readContent(db, publication.contractId)) })
    })
    .get('/api/matrix', async (request, response) => {
      response.json({ items: await viewMatrix(db, validated(matrixQuery, request.query, 'query')) })
    })
    .get('/api/graph', async (_, response) => void response.json(await viewGraph(db)))
}
