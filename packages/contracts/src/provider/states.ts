import type { VerifierOptions } from '@pact-foundation/pact'
import type { RunningProvider } from '../contract.ts'

type States = RunningProvider['states']
type Filter = NonNullable<VerifierOptions['requestFilter']>

/** Where pact-js lets the verifier's native part ask for states. */
const setUpPath = '/_pactSetup'

/**
 * Makes the states of a verification true: `filter` is the verifier's `requestFilter`. An interaction whose state is unknown or
 * can't be made true fails, and `reasons` says why for each such state. The `stateHandlers` of pact-js would only warn, and go on.
 */
export function createStates(states: States): {
  readonly filter: Filter
  readonly reasons: ReadonlyMap<string, string>
} {
  const reasons = new Map<string, string>()
  return {
    reasons,
    async filter(request, response, next) {
      if (request.path !== setUpPath) return next()
      const { action, state, params = {} } = request.body
      const reason = action === 'setup' ? await setUp(states, state, params) : undefined
      if (reason !== undefined) reasons.set(state, reason)
      // Not a 5xx: the verifier would ask again for minutes.
      response.status(reason === undefined ? 200 : 422).json({})
    }
  }
}

/** Why a state isn't true; undefined if it is. */
async function setUp(states: States, name: string, values: Parameters<States[string]>[0]): Promise<string | undefined> {
  const handler = Object.hasOwn(states, name) ? states[name] : undefined
  if (handler === undefined) return `The provider has no state "${name}". It has: ${Object.keys(states).join(', ')}.`
  try {
    await handler(values)
    return undefined
  } catch (error) {
    return `The provider can't reach the state "${name}": ${error instanceof Error ? error.message : String(error)}`
  }
}
