import { invalidRequest } from '@outbox-cdc/service-kit'

/** One participant that is asked about. Without any of the others, all its versions. */
export type MatrixSelector = {
  readonly pacticipant: string
  readonly version?: string
  readonly branch?: string
  readonly tag?: string
  readonly environment?: string
  readonly mainBranch?: boolean
  readonly latest?: boolean
}

export type MatrixQuery = {
  readonly selectors: readonly MatrixSelector[]
  /** Participants that aren't named, and what counts as theirs. */
  readonly target?: Omit<MatrixSelector, 'pacticipant' | 'version'>
  readonly ignored: readonly MatrixSelector[]
  /** Only the provider's latest version that has a result for each consumer version. */
  readonly latestProviderOnly: boolean
  readonly limit: number
}

const most = 50
const usualLimit = 1000
const knownOptions = ['latest', 'branch', 'mainBranch', 'tag', 'environment', 'latestby', 'limit', 'success']

/**
 * Reads `q[][pacticipant]=A&q[][version]=1&q[][pacticipant]=B&…`. In such a list, a key that the current part has already
 * begins the next part. Throws a 400 that names what it can't use.
 */
export function readMatrixQuery(text: string): MatrixQuery {
  const lists = { q: [] as Record<string, string>[], ignore: [] as Record<string, string>[] }
  const options: Record<string, string> = {}
  for (const [key, value] of new URLSearchParams(text)) {
    const [, list, field] = /^(q|ignore)\[\]\[(\w+)\]$/.exec(key) ?? []
    if (list !== undefined && field !== undefined) append(lists[list as 'q' | 'ignore'], field, value)
    else if (knownOptions.includes(key.replace(/\[\]$/, ''))) options[key] = value
  }
  const selectors = lists.q.map((given, at) => readSelector(given, `q.${at}`))
  if (selectors.length === 0) throw invalidRequest([{ field: 'q', message: 'must name at least one pacticipant' }])
  const target = targetOf(options, selectors.length)
  return {
    selectors,
    ...(target && { target }),
    ignored: lists.ignore.map((given, at) => readSelector(given, `ignore.${at}`)),
    latestProviderOnly: options['latestby'] === 'cvp' || options['latestby'] === 'cp',
    limit: limitOf(options['limit'])
  }
}

function append(list: Record<string, string>[], field: string, value: string): void {
  const current = list.at(-1)
  if (current !== undefined && !(field in current)) current[field] = value
  else if (list.length >= most) throw invalidRequest([{ field: 'q', message: `has more than ${most} selectors` }])
  else list.push({ [field]: value })
}

const texts = ['version', 'branch', 'tag', 'environment'] as const

function readSelector(given: Readonly<Record<string, string>>, field: string): MatrixSelector {
  const { pacticipant = '' } = given
  if (pacticipant === '') throw invalidRequest([{ field, message: 'has no pacticipant' }])
  const wrong = [pacticipant, ...texts.map(name => given[name] ?? '')].find(
    text => text.length > 255 || text.includes('\0')
  )
  if (wrong !== undefined) throw invalidRequest([{ field, message: 'has a name that is too long or has a NUL' }])
  const named = Object.fromEntries(texts.flatMap(name => (given[name] ? [[name, given[name]]] : [])))
  return { pacticipant, ...named, ...flags(given) }
}

function targetOf(options: Readonly<Record<string, string>>, selectors: number): MatrixQuery['target'] {
  const named = Object.fromEntries(
    (['branch', 'tag', 'environment'] as const).flatMap(name => (options[name] ? [[name, options[name]]] : []))
  )
  const target = { ...named, ...flags(options) }
  const isGiven = Object.keys(target).length > 0
  // Several participants that are named are asked about each other, and no one else.
  return isGiven && !(selectors > 1 && Object.keys(named).length === 0 && target.mainBranch !== true)
    ? target
    : undefined
}

const flags = (given: Readonly<Record<string, string>>) => ({
  ...(given['mainBranch'] === 'true' && { mainBranch: true }),
  ...(given['latest'] === 'true' && { latest: true })
})

function limitOf(text: string | undefined): number {
  const limit = Number(text ?? usualLimit)
  if (Number.isInteger(limit) && limit >= 1 && limit <= usualLimit) return limit
  throw invalidRequest([{ field: 'limit', message: `must be a whole number from 1 to ${usualLimit}` }])
}
