import { createHash } from 'node:crypto'
import { z } from 'zod'
import { nameSchema } from '../hal/input.ts'

const participant = z.looseObject({ name: nameSchema })
const most = 2000
const interactions = z.array(z.looseObject({ description: z.string().max(2000).optional() })).max(most, {
  error: `has more than ${most} interactions`
})

/** A contract as a file of any version of the format holds it; HTTP and messages may be in one. */
export const contractFileSchema = z
  .looseObject({
    consumer: participant,
    provider: participant,
    interactions: interactions.optional(),
    messages: interactions.optional(),
    metadata: z.looseObject({}).optional()
  })
  .refine(file => file.interactions !== undefined || file.messages !== undefined, {
    error: 'has neither interactions nor messages'
  })

export type ContractFile = z.output<typeof contractFileSchema>
export type Interaction = Readonly<Record<string, unknown>>
export type ContractKind = 'http' | 'message'

/** Its interactions, each with an id that is the same wherever the same interaction is published. */
export function interactionsOf({ interactions: http = [], messages = [] }: ContractFile) {
  const numbered = (kind: 'interactions' | 'messages') => (interaction: Interaction) => ({
    id: hashOf(interaction).slice(0, 40),
    kind: kindOf(interaction, kind),
    description: textIn(interaction['description']),
    interaction
  })
  return [...http.map(numbered('interactions')), ...messages.map(numbered('messages'))]
}

/** A value of a contract that should be a text. */
export const textIn = (value: unknown, otherwise = ''): string => (typeof value === 'string' ? value : otherwise)

function kindOf(interaction: Interaction, list: 'interactions' | 'messages'): ContractKind {
  const type = interaction['type']
  if (list === 'messages') return 'message'
  return typeof type === 'string' && type.endsWith('/Messages') ? 'message' : 'http'
}

export const kindsOf = (file: ContractFile): readonly ContractKind[] =>
  (['http', 'message'] as const).filter(kind => interactionsOf(file).some(each => each.kind === kind))

/** The contract as a verifier reads it: each interaction has its id, which comes back with its result. */
export function withIds(file: ContractFile): ContractFile {
  const named = (list: readonly Interaction[]) =>
    list.map(interaction => ({ _id: hashOf(interaction).slice(0, 40), ...interaction }))
  return {
    ...file,
    ...(file.interactions && { interactions: named(file.interactions) }),
    ...(file.messages && { messages: named(file.messages) })
  }
}

/**
 * The same for two contracts that ask for the same: neither the order of interactions and keys counts, nor which version of a
 * tool wrote the file.
 */
export function contentHash({ interactions: http = [], messages = [], metadata = {} }: ContractFile): string {
  const sorted = (list: readonly Interaction[]) => list.map(hashOf).sort()
  const specification = metadata['pactSpecification'] ?? null
  return hashOf({ interactions: sorted(http), messages: sorted(messages), specification })
}

const hashOf = (value: unknown): string => createHash('sha256').update(canonical(value)).digest('hex')

/** JSON with its keys in order. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (key, part: unknown) => {
    if (key === '_id') return undefined
    if (typeof part !== 'object' || part === null || Array.isArray(part)) return part
    return Object.fromEntries(Object.entries(part).sort(([one], [other]) => (one < other ? -1 : 1)))
  })
}
