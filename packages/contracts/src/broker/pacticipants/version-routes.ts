import { notFound, validated } from '@outbox-cdc/service-kit'
import { type Request, Router } from 'express'
import type { Knex } from 'knex'
import { z } from 'zod'
import { hrefOf, sendHal } from '../hal/hal.ts'
import { nameSchema, urlSchema } from '../hal/input.ts'
import { type Pacticipant, requirePacticipant } from './pacticipant-store.ts'
import { putVersion } from './put-version.ts'
import { type MoreLinks, showVersion } from './show-version.ts'
import { requireVersion, type Version, versions } from './version-store.ts'

const versionSchema = z
  .looseObject({ buildUrl: urlSchema, branch: nameSchema.nullish(), tags: z.array(nameSchema).max(50).nullish() })
  .nullish()

/** Versions; `moreLinks` are those that other parts of the broker add to one. */
export function versionRoutes(db: Knex, moreLinks: MoreLinks): Router {
  const routes = Router()
  const show = async (request: Request, pacticipant: Pacticipant, version: Version) => {
    const href = hrefOf(request)
    return showVersion(href, { pacticipant, version, links: await moreLinks(href, { pacticipant, version }) })
  }
  routes.get('/pacticipants/:pacticipant/versions', async (request, response) => {
    const href = hrefOf(request)
    const pacticipant = await requirePacticipant(db, request.params.pacticipant)
    const query = versions(db).where('v.pacticipant_id', pacticipant.id).orderBy('v.id', 'desc')
    const found: Version[] = await query.limit(500)
    const shown = found.map(version => showVersion(href, { pacticipant, version, links: {} }))
    const self = { href: href('pacticipants', pacticipant.name, 'versions') }
    sendHal(response, { _embedded: { versions: shown }, _links: { self } })
  })
  routes.get('/pacticipants/:pacticipant/latest-version{/:tag}', async (request, response) => {
    const { pacticipant: name, tag } = request.params
    const pacticipant = await requirePacticipant(db, name)
    const version = await latestVersion(db, pacticipant, tag)
    sendHal(response, await show(request, pacticipant, version))
  })
  const path = '/pacticipants/:pacticipant/versions/:version'
  routes.get(path, async (request, response) => {
    const pacticipant = await requirePacticipant(db, request.params.pacticipant)
    sendHal(response, await show(request, pacticipant, await requireVersion(db, pacticipant, request.params.version)))
  })
  for (const method of ['put', 'patch'] as const) {
    routes[method](path, async (request, response) => {
      const asked = validated(versionSchema, request.body, 'body')
      const { pacticipant, version } = await putVersion(db, request.params, asked ?? {})
      sendHal(response, await show(request, pacticipant, version))
    })
  }
  return routes
}

async function latestVersion(db: Knex, pacticipant: Pacticipant, tag: string | undefined): Promise<Version> {
  const query = versions(db).where('v.pacticipant_id', pacticipant.id).orderBy('v.id', 'desc')
  if (tag !== undefined)
    void query.whereExists(db('version_tag as x').whereRaw('x.version_id = v.id').where('x.tag', tag))
  const version: Version | undefined = await query.first()
  if (version !== undefined) return version
  throw notFound(`There is no version of ${pacticipant.name}${tag === undefined ? '' : ` tagged ${tag}`}`)
}
