/** Why a provider doesn't keep a contract. */
export type Failure = {
  readonly consumer: string
  readonly interaction: string
  /** A place in a body or in a message's value such as `$.payload.quantity`, a header, the key, the topic or the status. */
  readonly where: string
  readonly what: string
}

type Mismatch = {
  readonly type: string
  readonly mismatch: string
  readonly path?: string
  readonly key?: string
  readonly parameter?: string
  readonly expected?: unknown
  readonly actual?: unknown
}

type Result = {
  readonly consumer: string
  readonly description: string
  readonly result: string
  readonly pending: boolean
  readonly providerStates?: readonly string[]
  readonly mismatch?: { readonly type: string; readonly message?: string; readonly mismatches?: readonly Mismatch[] }
}

/** What the verifier says, as it gives it in JSON. */
export type VerifierReport = {
  readonly interactionResults: readonly Result[]
  readonly errors: readonly { readonly interaction: string; readonly mismatch: unknown }[]
}

/**
 * The failures that count, one for each field. `reasons` says why a state can't be reached, which the verifier doesn't pass on.
 * What the verifier says in a form that isn't known comes as it is.
 */
export function failuresIn(
  { interactionResults, errors }: VerifierReport,
  reasons: ReadonlyMap<string, string> = new Map()
): readonly Failure[] {
  const failed = interactionResults.filter(({ result, pending }) => result !== 'OK' && !pending)
  const failures = failed.flatMap(result => {
    const why = result.providerStates?.flatMap(state => reasons.get(state) ?? []) ?? []
    const { consumer, description: interaction } = result
    return why.length > 0 ? why.map(what => ({ consumer, interaction, where: '', what })) : failuresOf(result)
  })
  if (failures.length > 0) return failures
  return errors.map(({ interaction, mismatch }) => ({ consumer: '', interaction, where: '', what: textOf(mismatch) }))
}

function failuresOf({ consumer, description: interaction, mismatch }: Result): readonly Failure[] {
  const mismatches = mismatch?.mismatches ?? []
  if (mismatches.length === 0)
    return [{ consumer, interaction, where: '', what: textOf(mismatch?.message ?? mismatch) }]
  return mismatches.flatMap(one => placesOf(one).map(where => ({ consumer, interaction, where, what: one.mismatch })))
}

function placesOf({ type, path = '', key = '', parameter = '', expected, actual }: Mismatch): readonly string[] {
  if (type === 'StatusMismatch') return ['status']
  if (type === 'MetadataMismatch') return [key === 'topic' || key === 'key' ? key : `header ${key}`]
  if (type === 'HeaderMismatch') return [`header ${key}`]
  if (type === 'QueryMismatch') return [`query ${parameter}`]
  const missing = missingKeys(expected, actual)
  return missing.length > 0 ? missing.map(name => `${path}.${name}`) : [path]
}

/** For a map without some of its keys the verifier names the map; the lists of keys say which. */
function missingKeys(expected: unknown, actual: unknown): readonly string[] {
  const [wanted, found] = [keysIn(expected), keysIn(actual)]
  return wanted === undefined || found === undefined ? [] : wanted.filter(name => !found.includes(name))
}

function keysIn(text: unknown): readonly string[] | undefined {
  if (typeof text !== 'string' || !text.startsWith('[')) return undefined
  try {
    const keys: unknown = JSON.parse(text)
    return Array.isArray(keys) && keys.every(key => typeof key === 'string') ? keys : undefined
  } catch {
    return undefined
  }
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value ?? 'no reason given'))
