import { root, type System } from '@outbox-cdc/pipeline'
import type { Progress } from '@outbox-cdc/stack'
import { writePacts } from './consumer/write-pacts.ts'
import { gitVersion, type Version } from './git-version.ts'
import { type BrokerAddress, pactBroker } from './pact-broker-tool.ts'
import { edgesOf, loadContract, type Participant } from './participants.ts'
import { type Order, startVerifier } from './provider/verifier-process.ts'
import type { Verdict } from './provider/verify-provider.ts'

type Options = {
  readonly systems: readonly System[]
  readonly broker: BrokerAddress
  /** Gets the contract files. */
  readonly pactDir: string
  /** The environment that the services are to be deployed to; without it, all are deployed together. */
  readonly to?: string | undefined
  /** Gives the URL of a new empty MySQL database, for a provider that is started. */
  readonly mysql: () => Promise<string>
  readonly progress: Progress
  readonly say: (line: string) => void
}

type Ask = (...args: readonly string[]) => ReturnType<typeof pactBroker>

/**
 * Writes the contracts, publishes and verifies them, and asks for each service whether it can be deployed. Resolves to whether
 * all can.
 */
export async function check(options: Options): Promise<boolean> {
  const { systems, broker, to, pactDir, progress, say } = options
  const edges = edgesOf(systems)
  const files = await progress('write the contracts', () => writePacts({ systems, dir: pactDir }))
  const version = await gitVersion(root, pactDir)
  const interactions = files.reduce((sum, file) => sum + file.interactions.length, 0)
  await progress(`publish ${files.length} contracts with ${interactions} interactions`, () =>
    publish(broker, version, pactDir)
  )
  say(`\nVersion ${version.number} of ${version.branch}, at ${broker.url}\n`)
  const verifier = startVerifier()
  try {
    for (const provider of unique(edges.map(edge => edge.provider)))
      say(inWords(await verifier.verify(await orderOf(options, provider, version))))
  } finally {
    verifier.stop()
  }
  say(to === undefined ? '\nDeployed together:' : `\nDeployed to ${to}:`)
  const pairs = unique(edges.flatMap(({ consumer, provider }) => [consumer, provider])).map(({ name }) => ({
    name,
    others: unique(
      edges.flatMap(({ consumer, provider }) =>
        consumer.name === name ? [provider] : provider.name === name ? [consumer] : []
      )
    ).map(other => other.name)
  }))
  const ask = askOnce(broker)
  const reasons = await Promise.all(pairs.map(pair => whyNot(ask, { ...pair, version, to })))
  for (const [at, { name }] of pairs.entries())
    say(reasons[at] === undefined ? `✓ ${name}` : `✗ ${name}\n${indented(reasons[at])}`)
  return reasons.every(reason => reason === undefined)
}

const unique = (participants: readonly Participant[]): readonly Participant[] => [
  ...new Map(participants.map(participant => [participant.name, participant])).values()
]

async function publish(broker: BrokerAddress, { number, branch }: Version, dir: string): Promise<void> {
  const { ok, text } = await pactBroker(broker, 'publish', dir, '--consumer-app-version', number, '--branch', branch)
  if (!ok) throw new Error(`The contracts were not published at ${broker.url}:\n${text}`)
}

async function orderOf({ broker, mysql }: Options, provider: Participant, { number, branch }: Version): Promise<Order> {
  const { url: brokerUrl, ...login } = broker
  const { answers } = await loadContract(provider)
  return {
    system: provider.system.name,
    service: provider.service.name,
    // Those of this branch, and those that a roll-out could meet.
    pacts: { brokerUrl, ...login, selectors: [{ branch }, { mainBranch: true }, { deployedOrReleased: true }] },
    version: number,
    branch,
    mysqlUrl: answers && (await mysql())
  }
}

function inWords({ provider, ok, failures }: Verdict): string {
  if (ok) return `✓ ${provider} keeps its contracts`
  const lines = failures.map(({ consumer, interaction, where, what }) =>
    `${consumer}, ${interaction}: ${where === '' ? '' : `${where}: `}${what}`.trim()
  )
  return `✗ ${provider} breaks contracts\n${indented(lines.join('\n'))}`
}

/** Asks the tool whether something can be deployed; the same question gets the first answer, because both of a pair ask it. */
function askOnce(broker: BrokerAddress): Ask {
  const answers = new Map<string, ReturnType<Ask>>()
  return (...args) => {
    const key = args.join(' ')
    const answer = answers.get(key) ?? pactBroker(broker, 'can-i-deploy', ...args)
    answers.set(key, answer)
    return answer
  }
}

type Asked = {
  readonly name: string
  readonly others: readonly string[]
  readonly version: Version
  readonly to: string | undefined
}

/** undefined if it can be deployed. Each pair is asked for alone: what fails between two others is no reason. */
async function whyNot(ask: Ask, { name, others, version, to }: Asked): Promise<string | undefined> {
  const versions = (...names: readonly string[]) =>
    names.flatMap(each => ['--pacticipant', each, '--version', version.number])
  const answers =
    to === undefined
      ? await Promise.all(others.map(other => ask(...versions(...[name, other].toSorted()))))
      : [await ask(...versions(name), '--to-environment', to)]
  const refusals = answers.filter(({ ok }) => !ok).map(({ text }) => text)
  return refusals.length === 0 ? undefined : refusals.join('\n')
}

const indented = (text: string) => text.replaceAll(/^(?=.)/gm, '    ')
