import { OpenAPIRegistry, OpenApiGeneratorV31, type RouteConfig } from '@asteasolutions/zod-to-openapi'
import type { z } from 'zod'
import { problemSchema } from './problem.ts'

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
