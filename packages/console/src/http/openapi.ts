import { problemSchema } from '@outbox-cdc/service-kit'
import { z } from 'zod'
import type { Route } from './route.ts'

/** OpenAPI 3.1 from the routes themselves. */
export function openApi(routes: readonly Route[]): object {
  const paths: Record<string, Record<string, object>> = {}
  for (const route of routes) (paths[route.path] ??= {})[route.method] = operation(route)
  return {
    openapi: '3.1.0',
    info: {
      title: 'outbox-cdc console',
      version: '0.1.0',
      description:
        'What the page shows, as JSON. Times are milliseconds since 1970. POST needs the header X-Console-Action.'
    },
    paths,
    components: { schemas: { Problem: schemaOf(problemSchema) } }
  }
}

function operation({ method, path, summary, params, query, body, answer }: Route): object {
  const problem = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } }
  return {
    operationId: `${method}${path.replaceAll(/[^a-zA-Z]+(\w?)/g, (_, letter: string) => letter.toUpperCase())}`,
    summary,
    parameters: [...parameters('path', params), ...parameters('query', query)],
    ...(body && { requestBody: { required: true, content: { 'application/json': { schema: schemaOf(body) } } } }),
    responses: {
      200: { description: 'As asked', content: { 'application/json': { schema: schemaOf(answer) } } },
      default: { description: 'Why not', content: problem }
    }
  }
}

function parameters(where: 'path' | 'query', schema: z.ZodObject | undefined): object[] {
  return Object.entries(schema?.shape ?? {}).map(([name, part]) => {
    const { description, ...rest } = schemaOf(part as z.ZodType, 'input') as { description?: string }
    const required = where === 'path' || !(part as z.ZodType).safeParse(undefined).success
    return { name, in: where, required, ...(description && { description }), schema: rest }
  })
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output' = 'output'): object {
  const { $schema: _, id: __, ...json } = z.toJSONSchema(schema, { io, reused: 'inline', unrepresentable: 'any' })
  return json
}
