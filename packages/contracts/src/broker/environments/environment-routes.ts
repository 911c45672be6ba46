import { validated } from '@outbox-cdc/service-kit'
import { Router } from 'express'
import type { Knex } from 'knex'
import { z } from 'zod'
import { type Href, hrefOf, sendHal } from '../hal/hal.ts'
import { nameSchema } from '../hal/input.ts'
import {
  changeEnvironment,
  createEnvironment,
  deleteEnvironment,
  type Environment,
  listEnvironments,
  requireEnvironment
} from './environment-store.ts'

const environmentSchema = z
  .looseObject({
    name: nameSchema,
    displayName: nameSchema.nullish(),
    production: z.boolean({ error: 'must be true or false' }).nullish(),
    contacts: z.array(z.looseObject({})).max(20).nullish()
  })
  .transform(({ name, displayName, production, contacts }) => ({
    name,
    displayName: displayName ?? name,
    production: production ?? false,
    contacts: contacts ?? []
  }))

/** Environments; `test` and `production` are there from the start. */
export function environmentRoutes(db: Knex): Router {
  const routes = Router()
  routes.get('/environments', async (request, response) => {
    const href = hrefOf(request)
    const environments = (await listEnvironments(db)).map(each => showEnvironment(href, each))
    sendHal(response, { _embedded: { environments }, _links: { self: { href: href('environments') } } })
  })
  routes.post('/environments', async (request, response) => {
    const created = await createEnvironment(db, validated(environmentSchema, request.body, 'body'))
    response.location(hrefOf(request)('environments', created.id))
    sendHal(response, showEnvironment(hrefOf(request), created), 201)
  })
  routes.get('/environments/:id', async (request, response) => {
    sendHal(response, showEnvironment(hrefOf(request), await requireEnvironment(db, request.params.id)))
  })
  routes.put('/environments/:id', async (request, response) => {
    const values = validated(environmentSchema, request.body, 'body')
    sendHal(response, showEnvironment(hrefOf(request), await changeEnvironment(db, request.params.id, values)))
  })
  routes.delete('/environments/:id', async (request, response) => {
    await deleteEnvironment(db, request.params.id)
    response.status(204).end()
  })
  return routes
}

function showEnvironment(href: Href, { id, ...environment }: Environment) {
  const self = { href: href('environments', id), title: 'Environment', name: environment.name }
  const current = (kind: string) => ({ href: href('environments', id, kind, 'currently-deployed') })
  return {
    uuid: id,
    ...environment,
    _links: {
      self,
      'pb:currently-deployed-deployed-versions': current('deployed-versions'),
      'pb:currently-deployed-versions': current('deployed-versions'),
      'pb:currently-supported-released-versions': {
        href: href('environments', id, 'released-versions', 'currently-supported')
      },
      'pb:environments': { href: href('environments') }
    }
  }
}
