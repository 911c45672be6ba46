import { Problem } from '@outbox-cdc/service-kit'

/** What needs a part that this console was not told of. */
export function missing(variable: string): Problem {
  return new Problem(501, { type: 'not-configured', title: 'Not configured', detail: `Set ${variable} to see this` })
}
