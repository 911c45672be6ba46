import { validated } from '@outbox-cdc/service-kit'
import { Router } from 'express'
import type { Knex } from 'knex'
import { z } from 'zod'
import { type Href, hrefOf, sendHal } from '../hal/hal.ts'
import { nameSchema, urlSchema } from '../hal/input.ts'
import {
  changePacticipant,
  ensurePacticipant,
  listPacticipants,
  type Pacticipant,
  type PacticipantChange,
  requirePacticipant
} from './pacticipant-store.ts'

const changeSchema = z.looseObject({
  displayName: nameSchema.nullish(),
  mainBranch: nameSchema.nullish(),
  repositoryUrl: urlSchema
})
const newSchema = changeSchema.extend({ name: nameSchema })

/** The services: each is a consumer, a provider or both. */
export function pacticipantRoutes(db: Knex): Router {
  const routes = Router()
  routes.get('/pacticipants', async (request, response) => {
    const href = hrefOf(request)
    const pacticipants = (await listPacticipants(db)).map(each => showPacticipant(href, each))
    // The tool lists those at the top, other clients the embedded ones.
    sendHal(response, { pacticipants, _embedded: { pacticipants }, _links: { self: { href: href('pacticipants') } } })
  })
  routes.post('/pacticipants', async (request, response) => {
    const { name, ...change } = validated(newSchema, request.body, 'body')
    const made = await put(db, name, change)
    response.location(hrefOf(request)('pacticipants', name))
    sendHal(response, showPacticipant(hrefOf(request), made), 201)
  })
  const path = '/pacticipants/:pacticipant'
  routes.get(path, async (request, response) => {
    const found = await requirePacticipant(db, request.params.pacticipant)
    sendHal(response, showPacticipant(hrefOf(request), found))
  })
  for (const method of ['patch', 'put'] as const) {
    routes[method](path, async (request, response) => {
      const name = validated(nameSchema, request.params.pacticipant, 'name')
      const change = validated(changeSchema, request.body, 'body')
      sendHal(response, showPacticipant(hrefOf(request), await put(db, name, change)))
    })
  }
  return routes
}

const put = (db: Knex, name: string, change: PacticipantChange): Promise<Pacticipant> =>
  db.transaction(async trx => {
    await ensurePacticipant(trx, name)
    return changePacticipant(trx, name, change)
  })

function showPacticipant(href: Href, pacticipant: Pacticipant): object {
  const { name, displayName, mainBranch, repositoryUrl, createdAt } = pacticipant
  // The tools fill in the parts in braces, so those aren't encoded.
  const self = href('pacticipants', name)
  const template = (end: string, title: string) => ({ href: `${self}/${end}`, title, templated: true })
  return {
    name,
    displayName,
    ...(mainBranch !== null && { mainBranch }),
    ...(repositoryUrl !== null && { repositoryUrl }),
    createdAt,
    _embedded: { labels: [] },
    _links: {
      self: { href: self, title: name, name },
      'pb:versions': { href: `${self}/versions`, title: 'Versions' },
      'pb:version': template('versions/{version}', 'A version'),
      'pb:version-tag': template('versions/{version}/tags/{tag}', 'A tag of a version'),
      'pb:branch-version': template('branches/{branch}/versions/{version}', 'A version on a branch'),
      'pb:latest-version': template('latest-version', 'The latest version')
    }
  }
}
