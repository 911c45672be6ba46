import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import { OpenAPIRegistry, OpenApiGeneratorV31, type RouteConfig } from '@asteasolutions/zod-to-openapi'
import { Router, static as serveStatic } from 'express'
import type { z } from 'zod'
import { problemSchema, readOnly } from './problem.ts'

const problem = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: problemSchema } }
})

/** The answers of a route, for `describeApi`. */
export const answer = {
  json: (description: string, schema: z.ZodType) => ({ description, content: { 'application/json': { schema } } }),
  problem,
  invalid: problem('The request is not valid: `errors` names each field'),
  unavailable: problem('MySQL does not answer; see Retry-After')
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

/** Serves `GET /openapi.json`, and Swagger UI at `GET /docs`, which loads nothing from other hosts. */
export function createApiDocs(document: object): Router {
  return Router()
    .get('/openapi.json', (_, response) => response.json(document))
    .get('/docs/swagger-initializer.js', (_, response) => response.type('js').send(start))
    .use('/docs', serveStatic(swaggerUi))
    .all(['/openapi.json', /^\/docs(\/|$)/], readOnly)
}
