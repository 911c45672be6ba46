import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import { OpenAPIRegistry, OpenApiGeneratorV31, type RouteConfig } from '@asteasolutions/zod-to-openapi'
import { Router, static as serveStatic } from 'express'
import type { z } from 'zod'
import { onlyMethods, problemSchema, readOnly } from './problem.ts'

const problem = (description: string, members: z.ZodRawShape = {}) => ({
  description,
  content: {
    'application/problem+json': {
      schema: Object.keys(members).length === 0 ? problemSchema : problemSchema.extend(members)
    }
  }
})

const json = (description: string, schema: z.ZodType) => ({
  description,
  content: { 'application/json': { schema } }
})
const invalid = problem('The request is not valid: `errors` names each field')

/** The answers of a route, for `describeApi`. */
export const answer = {
  json,
  created: (description: string, schema: z.ZodType) => ({
    ...json(description, schema),
    headers: { Location: { schema: { type: 'string' as const } } }
  }),
  /** With the members that it has beside those of every problem. */
  problem,
  invalid,
  unavailable: problem('The database does not answer; see Retry-After')
}

/** A JSON body that a route requires, and what it answers if there is none that `jsonBody` and the schema accept. */
export const jsonRequest = {
  body: (schema: z.ZodType) => ({ required: true, content: { 'application/json': { schema } } }),
  refusals: {
    400: invalid,
    413: problem('The body is larger than 100 kB'),
    415: problem('The body is not JSON in UTF-8')
  }
}

/** OpenAPI 3.1 from the schemas that check the requests. */
export function describeApi(title: string, description: string, routes: readonly RouteConfig[]): object {
  const registry = new OpenAPIRegistry()
  for (const route of routes) registry.registerPath(route)
  const info = { title, version: '0.1.0', description }
  return new OpenApiGeneratorV31(registry.definitions).generateDocument({ openapi: '3.1.0', info })
}

const swaggerUi = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'))
const start = `SwaggerUIBundle({ url: '/openapi.json', dom_id: '#swagger-ui', validatorUrl: null, deepLinking: true })\n`

/** Serves `GET /openapi.json`. */
export function createApiDocument(document: object): Router {
  const routes = Router()
  routes
    .route('/openapi.json')
    .get((_, response) => void response.json(document))
    .all(onlyMethods('GET, HEAD'))
  return routes
}

/** Serves Swagger UI at the path where it's mounted. It shows `/openapi.json` and loads nothing from other hosts. */
export function createSwaggerUi(): Router {
  return Router()
    .get('/swagger-initializer.js', (_, response) => response.type('js').send(start))
    .use(readOnly, serveStatic(swaggerUi))
}
