import { Problem } from '@outbox-cdc/service-kit'

/** The part, or a problem that names the setting without which there is none. */
export function configured<T>(part: T | undefined, variable: string): T {
  if (part !== undefined) return part
  throw new Problem(501, { type: 'not-configured', title: 'Not configured', detail: `Set ${variable} to see this` })
}
