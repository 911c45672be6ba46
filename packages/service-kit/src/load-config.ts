import { z } from 'zod'

/** Lists every problem of the configuration at once. Its message has names and rules, but no values: some are secrets. */
export class ConfigError extends Error {}

/** Reads the variables of `schema` from `env`. An empty variable counts as not set. */
export function loadConfig<Schema extends z.ZodObject>(
  schema: Schema,
  env: Readonly<Record<string, string | undefined>>
): Readonly<z.output<Schema>> {
  const set = Object.entries(env).filter(([, value]) => value !== '')
  const parsed = schema.safeParse(Object.fromEntries(set))
  if (parsed.success) return Object.freeze(parsed.data)
  const problems = parsed.error.issues.map(issue => {
    const name = issue.path.join('.')
    const description = schema.shape[name]?.description
    return `  ${name}: ${env[name] ? issue.message : 'is not set'}${description ? ` (${description})` : ''}`
  })
  throw new ConfigError(`The configuration is invalid:\n${problems.join('\n')}`)
}
