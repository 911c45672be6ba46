import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { System } from '@outbox-cdc/pipeline'
import { writeQuestions } from '../consumer/write-questions.ts'
import { type Edge, edgesOf, loadContract } from '../participants.ts'

type Named = Readonly<Record<string, readonly string[]>>

/** A request that is answered, and how, as a pact has it. */
export type Answered = {
  readonly request: {
    readonly method: string
    readonly path: string
    readonly query?: Named
    readonly headers?: Named
    readonly body?: { readonly content: unknown }
  }
  readonly response: { readonly status: number; readonly body?: { readonly content: unknown } }
}

/** What others ask a provider. */
export type Asked = {
  readonly usualPort: number
  readonly files: readonly string[]
  readonly answered: readonly Answered[]
  /** The variables in which each of them looks for the provider's address. */
  readonly callers: readonly { readonly name: string; readonly variables: readonly string[] }[]
}

/** Writes the pacts of all who ask `provider` into `dir`. Throws a sentence with the providers that there are. */
export async function writeAsked(systems: readonly System[], provider: string, dir: string): Promise<Asked> {
  const requests = edgesOf(systems).filter(({ kind }) => kind === 'http')
  const edges = requests.filter(edge => edge.provider.name === provider)
  const [edge] = edges
  if (edge === undefined) throw new Error(nothingAsked(systems, requests, provider))
  await rm(dir, { recursive: true, force: true })
  for (const { consumer } of edges) {
    const { asks = {} } = await loadContract(consumer)
    const questions = asks[edge.provider.service.name] ?? []
    await writeQuestions({ consumer: consumer.name, provider, dir, questions })
  }
  const files = edges.map(({ consumer }) => join(dir, `${consumer.name}-${provider}.json`))
  const pacts = await Promise.all(files.map(async file => JSON.parse(await readFile(file, 'utf8'))))
  return {
    usualPort: edge.provider.service.port.usual,
    files,
    answered: pacts.flatMap(({ interactions }) => interactions),
    callers: edges.map(each => ({ name: each.consumer.name, variables: variablesOf(each) }))
  }
}

function nothingAsked(systems: readonly System[], requests: readonly Edge[], provider: string): string {
  const providers = [...new Set(requests.map(edge => edge.provider.name))].toSorted()
  const participants = edgesOf(systems).flatMap(edge => [edge.consumer.name, edge.provider.name])
  const problem = participants.includes(provider)
    ? `No service asks ${provider} anything, so it has no contract to answer from.`
    : `There is no service "${provider}" with a contract.`
  return `${problem} Stubs can stand in for: ${providers.join(', ')}.`
}

function variablesOf({ consumer, provider }: Edge): readonly string[] {
  return Object.entries(consumer.service.env).flatMap(([variable, value]) =>
    typeof value === 'object' && 'urlOf' in value && value.urlOf === provider.service.name ? [variable] : []
  )
}
