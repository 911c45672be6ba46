import { z } from 'zod'

/** Says every problem of the configuration at once. Its message holds names and rules, never a value: some are secrets. */
export class ConfigError extends Error {}

/** Reads the variables that `schema` names from `env`. A variable that is set to nothing counts as not set. */
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
  throw new ConfigError(`The configuration is not complete:\n${problems.join('\n')}`)
}
