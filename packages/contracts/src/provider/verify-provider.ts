import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { Verifier, type VerifierOptions } from '@pact-foundation/pact'
import type { RunningProvider, ServiceContract } from '../contract.ts'
import type { Message } from '../message.ts'
import { isMessage, readPactFiles } from '../pact-file.ts'
import { participantOf } from '../participants.ts'
import { wasPublished } from '../states.ts'
import { type Failure, failuresIn, type VerifierReport } from './failures.ts'
import { publishedMessages, type Records } from './published-messages.ts'
import { startAnswers } from './start-answers.ts'
import { createStates } from './states.ts'

/** Whether a provider keeps the contracts of its consumers. */
export type Verdict = { readonly provider: string; readonly ok: boolean; readonly failures: readonly Failure[] }

/** Contracts in a folder, or those that a broker has for the provider. */
export type PactSource =
  | { readonly dir: string }
  | {
      readonly brokerUrl: string
      readonly username?: string
      readonly password?: string
      readonly selectors?: VerifierOptions['consumerVersionSelectors']
      readonly enablePending?: boolean
    }

export type Verification = {
  readonly system: string
  readonly service: string
  readonly contract: ServiceContract
  readonly pacts: PactSource
  /** With a broker, the result is published under this version. */
  readonly version?: string
  readonly branch?: string
  /** Gives the URL of an empty database, on which a service that answers requests is started. */
  readonly mysql?: () => Promise<string>
  /** Verifies real records, and nothing but messages. Without it, messages come from the definitions and their examples. */
  readonly records?: Records
}

/**
 * Verifies a provider against the contracts with its consumers: requests against the started service, messages against what it
 * publishes. Rejects if it couldn't be verified at all, as without a contract.
 */
export async function verifyProvider(verification: Verification): Promise<Verdict> {
  const { contract, mysql, records } = verification
  const provider = participantOf(verification.system, verification.service)
  const answers = records === undefined ? contract.answers : undefined
  if (answers !== undefined && mysql === undefined)
    throw new Error(`${provider} answers requests, so its verification needs an empty MySQL database.`)
  const messages = messagesOf(contract, records)
  const source = await sourceOf(provider, verification)
  let running: RunningProvider | undefined
  try {
    running = answers && mysql && (await startAnswers(answers, mysql))
    const states = createStates({ ...running?.states, ...messages.states })
    const report = await run({
      provider,
      ...source.options,
      ...(running !== undefined && { providerBaseUrl: running.url }),
      messageProviders: messages.providers,
      requestFilter: states.filter,
      logLevel: 'error'
    })
    const failures = failuresIn(report, states.reasons)
    return { provider, ok: failures.length === 0, failures }
  } finally {
    await source.close()
    await running?.stop()
  }
}

/** The state of a message brings it about, so that its failure is one of the state, with its reason. */
function messagesOf(contract: ServiceContract, records: Records | undefined) {
  const brought = new Map<string, Message>()
  const published = [...publishedMessages(contract, records)]
  const states: RunningProvider['states'] = Object.fromEntries(
    published.map(([name, bring]) => [wasPublished(name), async () => void brought.set(name, await bring())])
  )
  const providers = Object.fromEntries(published.map(([name]) => [name, async () => answerOf(brought.get(name))]))
  return { states, providers }
}

const answerOf = (message: Message | undefined) =>
  message === undefined ? {} : { __pactMessageMetadata: message.metadata, message: message.contents }

type Source = { readonly options: Partial<VerifierOptions>; readonly close: () => Promise<void> }

async function sourceOf(provider: string, { pacts, version, branch, records }: Verification): Promise<Source> {
  if ('brokerUrl' in pacts) return { options: brokerOptions(pacts, version, branch), close: async () => undefined }
  const files = (await readPactFiles(pacts.dir)).filter(file => file.provider === provider)
  if (files.length === 0) throw new Error(`There is no contract with ${provider} in ${pacts.dir}.`)
  if (records === undefined)
    return { options: { pactUrls: files.map(({ file }) => file) }, close: async () => undefined }
  const dir = await mkdtemp(join(tmpdir(), 'messages-'))
  const withMessages = files.filter(({ interactions }) => interactions.some(isMessage))
  const pactUrls = withMessages.map(({ file }) => join(dir, basename(file)))
  await Promise.all(
    withMessages.map(({ json, interactions }, at) =>
      writeFile(pactUrls[at] ?? '', JSON.stringify({ ...json, interactions: interactions.filter(isMessage) }))
    )
  )
  return { options: { pactUrls }, close: () => rm(dir, { recursive: true, force: true }) }
}

function brokerOptions(
  { brokerUrl, username, password, selectors, enablePending }: Extract<PactSource, { brokerUrl: string }>,
  version: string | undefined,
  branch: string | undefined
): Partial<VerifierOptions> {
  return {
    pactBrokerUrl: brokerUrl,
    ...(username !== undefined && { pactBrokerUsername: username }),
    ...(password !== undefined && { pactBrokerPassword: password }),
    ...(selectors !== undefined && { consumerVersionSelectors: selectors }),
    ...(enablePending !== undefined && { enablePending }),
    ...(version !== undefined && { providerVersion: version, publishVerificationResult: true }),
    ...(branch !== undefined && { providerVersionBranch: branch })
  }
}

/** The verifier gives its report as JSON, as the message of an error if something failed. */
async function run(options: VerifierOptions): Promise<VerifierReport> {
  const text = await new Verifier(options).verifyProvider().then(
    result => String(result),
    (error: Error) => error.message
  )
  try {
    return JSON.parse(text) as VerifierReport
  } catch (cause) {
    throw new Error(`${options.provider} could not be verified: ${text}`, { cause })
  }
}
