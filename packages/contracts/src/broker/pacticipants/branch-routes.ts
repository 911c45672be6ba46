import { notFound, validated } from '@outbox-cdc/service-kit'
import { Router } from 'express'
import type { Knex } from 'knex'
import { type Href, hrefOf, sendHal } from '../hal/hal.ts'
import { emptyBody, nameSchema } from '../hal/input.ts'
import { requirePacticipant } from './pacticipant-store.ts'
import { putVersion } from './put-version.ts'
import { requireVersion } from './version-store.ts'

/** Puts versions on branches, and tags them. */
export function branchRoutes(db: Knex): Router {
  const routes = Router()
  routes.put('/pacticipants/:pacticipant/branches/:branch/versions/:version', async (request, response) => {
    validated(emptyBody, request.body, 'body')
    const branch = validated(nameSchema, request.params.branch, 'branch')
    const { version, pacticipant } = await putVersion(db, request.params, { branch })
    const href = hrefOf(request)
    const self = { href: href('pacticipants', pacticipant.name, 'branches', branch, 'versions', version.number) }
    sendHal(response, { _links: { self, 'pb:version': versionLink(href, request.params) } }, 201)
  })
  routes.delete('/pacticipants/:pacticipant/branches/:branch', async (request, response) => {
    const { id, name } = await requirePacticipant(db, request.params.pacticipant)
    const { branch } = request.params
    const ofPacticipant = db('pacticipant_version').where('pacticipant_id', id).select('id')
    if ((await db('branch_version').where({ branch }).whereIn('version_id', ofPacticipant).delete()) === 0)
      throw notFound(`No version of ${name} is on a branch ${branch}`)
    response.status(204).end()
  })
  const tagPath = '/pacticipants/:pacticipant/versions/:version/tags/:tag'
  routes.put(tagPath, async (request, response) => {
    validated(emptyBody, request.body, 'body')
    const tag = validated(nameSchema, request.params.tag, 'tag')
    await putVersion(db, request.params, { tags: [tag] })
    const link = versionLink(hrefOf(request), request.params)
    const self = { href: `${link.href}/tags/${encodeURIComponent(tag)}` }
    sendHal(response, { name: tag, _links: { self, 'pb:version': link } }, 201)
  })
  routes.delete(tagPath, async (request, response) => {
    const { tag, version: number } = request.params
    const pacticipant = await requirePacticipant(db, request.params.pacticipant)
    const { id } = await requireVersion(db, pacticipant, number)
    if ((await db('version_tag').where({ version_id: id, tag }).delete()) === 0)
      throw notFound(`Version ${number} of ${pacticipant.name} has no tag ${tag}`)
    response.status(204).end()
  })
  return routes
}

type OfVersion = { readonly pacticipant: string; readonly version: string }

const versionLink = (href: Href, { pacticipant, version }: OfVersion) => ({
  href: href('pacticipants', pacticipant, 'versions', version),
  name: version
})
