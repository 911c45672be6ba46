import { validated } from '@outbox-cdc/service-kit'
import { type Request, Router } from 'express'
import type { Knex } from 'knex'
import { z } from 'zod'
import { type Href, hrefOf, sendHal } from '../hal/hal.ts'
import { nameSchema } from '../hal/input.ts'
import { requirePacticipant } from '../pacticipants/pacticipant-store.ts'
import { requireVersion } from '../pacticipants/version-store.ts'
import {
  type Deployment,
  deployments,
  endDeployment,
  recordDeployment,
  recordRelease,
  requireDeployment
} from './deployment-store.ts'
import { requireEnvironment } from './environment-store.ts'

const deploymentSchema = z
  .looseObject({ applicationInstance: nameSchema.nullish(), target: nameSchema.nullish() })
  .nullish()
const endSchema = z.looseObject({
  currentlyDeployed: z.literal(false, { error: 'can only be set to false' }).optional(),
  currentlySupported: z.literal(false, { error: 'can only be set to false' }).optional()
})

const lists = {
  deployed: { part: 'deployed-versions', current: 'currently-deployed', embedded: 'deployedVersions' },
  released: { part: 'released-versions', current: 'currently-supported', embedded: 'releasedVersions' }
} as const

/** What runs where: a deployed version replaces the one before it, a released one stays until its support ends. */
export function deploymentRoutes(db: Knex): Router {
  const routes = Router()
  for (const kind of ['deployed', 'released'] as const) {
    const { part, current, embedded } = lists[kind]
    const path = `/pacticipants/:pacticipant/versions/:version/${part}/environment/:environment` as const
    routes.post(path, async (request, response) => {
      const made = await record(db, kind, request)
      sendHal(response, showDeployment(hrefOf(request), made), 201)
    })
    routes.get(path, async (request, response) => {
      const { pacticipant, version, environment } = request.params
      const found: Deployment[] = await deployments(db)
        .where({
          'd.kind': kind,
          'c.name': pacticipant,
          'v.number': version,
          'e.id': (await requireEnvironment(db, environment)).id
        })
        .whereNull('d.ended_at')
      sendHal(response, showAll(hrefOf(request), embedded, found))
    })
    routes.get(`/environments/:environment/${part}/${current}` as const, async (request, response) => {
      const { id } = await requireEnvironment(db, request.params.environment)
      const query = deployments(db).where({ 'd.kind': kind, 'e.id': id }).whereNull('d.ended_at').orderBy('c.name')
      const { pacticipant, applicationInstance } = z
        .object({ pacticipant: z.string().optional(), applicationInstance: z.string().optional() })
        .parse(request.query)
      if (pacticipant !== undefined) void query.where('c.name', pacticipant)
      if (applicationInstance !== undefined) void query.where('d.instance', applicationInstance)
      sendHal(response, showAll(hrefOf(request), embedded, await query))
    })
    routes.get(`/${part}/:id` as const, async (request, response) => {
      sendHal(response, showDeployment(hrefOf(request), await requireDeployment(db, request.params.id)))
    })
    routes.patch(`/${part}/:id` as const, async (request, response) => {
      validated(endSchema, request.body, 'body')
      sendHal(response, showDeployment(hrefOf(request), await endDeployment(db, request.params.id)))
    })
  }
  return routes
}

type Params = { readonly pacticipant: string; readonly version: string; readonly environment: string }

async function record(db: Knex, kind: 'deployed' | 'released', request: Request<Params>): Promise<Deployment> {
  const asked = validated(deploymentSchema, request.body, 'body')
  const instance = asked?.applicationInstance ?? asked?.target ?? ''
  const environment = await requireEnvironment(db, request.params.environment)
  const pacticipant = await requirePacticipant(db, request.params.pacticipant)
  const version = await requireVersion(db, pacticipant, request.params.version)
  const place = { pacticipant, version, environment, instance }
  return kind === 'released'
    ? await recordRelease(db, place)
    : await db.transaction(trx => recordDeployment(trx, place))
}

const showAll = (href: Href, embedded: string, found: readonly Deployment[]) => ({
  _embedded: { [embedded]: found.map(each => showDeployment(href, each)) }
})

function showDeployment(href: Href, deployment: Deployment): object {
  const { id, kind, pacticipant, version, environmentId, environment, instance, createdAt, endedAt } = deployment
  const { part } = lists[kind]
  const isCurrent = endedAt === null
  const state = kind === 'deployed' ? { currentlyDeployed: isCurrent } : { currentlySupported: isCurrent }
  return {
    uuid: id,
    ...state,
    ...(instance !== '' && { applicationInstance: instance, target: instance }),
    createdAt,
    ...(endedAt !== null && { [kind === 'deployed' ? 'undeployedAt' : 'supportEndedAt']: endedAt }),
    _embedded: {
      pacticipant: { name: pacticipant },
      version: { number: version, _links: { self: { href: href('pacticipants', pacticipant, 'versions', version) } } },
      environment: { uuid: environmentId, name: environment }
    },
    _links: {
      self: { href: href(part, id), title: 'Deployment' },
      'pb:pacticipant': { href: href('pacticipants', pacticipant), name: pacticipant },
      'pb:version': { href: href('pacticipants', pacticipant, 'versions', version), name: version },
      'pb:environment': { href: href('environments', environmentId), name: environment }
    }
  }
}
