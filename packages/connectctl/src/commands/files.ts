import { Option } from 'commander'
import { configOf, listConnectors } from '../connect/connector-states.ts'
import { validateByWorker } from '../connector/apply-connector.ts'
import { type ConnectorFile, connectorFiles } from '../connector/connector-file.ts'
import { kafkaOf } from '../kafka/kafka.ts'
import { checkTopics } from '../connector/missing-topics.ts'
import { checkSchemaHistory } from '../kafka/schema-history.ts'
import { checkConfig } from '../settings/check-config.ts'
import { type ConfigChange, diffConfig } from '../settings/diff-config.ts'
import type { Finding } from '../settings/finding.ts'
import { hidesSecret, isSecretKey } from '../settings/secrets.ts'
import type { Context, Session, Verb } from './context.ts'
import { paint } from './render.ts'

export const validate: Verb = {
  usage: 'validate [connectors...]',
  about: 'check connector files: misspelt keys, values out of range, settings that lose data, secrets in clear',
  options: [new Option('--offline', 'check only the files, without Connect')],
  async run(session, names: string[], { offline }: { offline?: true }) {
    const files = await connectorFiles(names, session)
    const checked = []
    for (const file of files) {
      const findings = offline
        ? checkConfig(file.config, othersOf(file, files), session.environment)
        : [
            ...(await checkOnline(file, await livingBeside(files, session), session)),
            ...(await validateByWorker(session.api, file))
          ]
      checked.push({ name: file.name, findings })
    }
    const text = checked.map(({ name, findings }) => describeFindings(name, findings, session)).join('\n')
    return { value: checked, text, bad: checked.some(({ findings }) => errorsIn(findings) > 0) }
  }
}

export const diff: Verb = {
  usage: 'diff [connectors...]',
  about: 'show what apply would change; exit code 1 if there is a difference',
  async run(session, names: string[]) {
    const differences: Difference[] = []
    for (const { name, config } of await connectorFiles(names, session)) {
      const current = await configOf(session.api, name)
      const changes = withoutSecrets(diffConfig(current ?? {}, config))
      differences.push({ name, exists: current !== undefined, changes })
    }
    const text = differences.map(each => describeDifference(each, session)).join('\n')
    return { value: differences, text, bad: differences.some(each => !each.exists || each.changes.length > 0) }
  }
}

/** The connectors that the cluster has, and those of the files. */
export async function livingBeside(files: readonly ConnectorFile[], { api }: Session) {
  return [...(await listConnectors(api)).map(({ info }) => info), ...files]
}

/** The findings of our own checks, which compare a file with the other connectors and with its topic in Kafka. */
export async function checkOnline(file: ConnectorFile, connectors: readonly ConnectorFile[], { environment }: Session) {
  const kafka = kafkaOf(file.config, environment)
  const [history, topics] = await Promise.all([checkSchemaHistory(file.config, kafka), checkTopics(file.config, kafka)])
  return [...checkConfig(file.config, othersOf(file, connectors), environment), ...history, ...topics]
}

/** The other connectors, which must not share an identity with this one. The last of a name counts. */
function othersOf(file: ConnectorFile, connectors: readonly ConnectorFile[]): readonly ConnectorFile[] {
  const byName = new Map(connectors.map(one => [one.name, one]))
  return [...byName.values()].filter(({ name }) => name !== file.name)
}

export function errorsIn(findings: readonly Finding[]): number {
  return findings.filter(({ level }) => level === 'error').length
}

const marks = { error: ['✗', 'red'], warning: ['!', 'yellow'] } as const

export function describeFindings(name: string, findings: readonly Finding[], context: Context): string {
  if (findings.length === 0) return `✓ ${name}: nothing to say`
  const lines = findings.map(({ level, key, why }) => {
    const [mark, colour] = marks[level]
    return paint(`  ${mark} ${key} ${why}`, colour, context)
  })
  return [`${errorsIn(findings) > 0 ? '✗' : '!'} ${name}`, ...lines].join('\n')
}

type Difference = { readonly name: string; readonly exists: boolean; readonly changes: readonly ConfigChange[] }

export function describeDifference({ name, exists, changes }: Difference, context: Context): string {
  if (!exists) return paint(`+ ${name} does not exist yet: it would be created`, 'green', context)
  if (changes.length === 0) return `  ${name}: no change`
  const lines = changes.flatMap(({ key, from, to }) => [
    ...(from === undefined ? [] : [paint(`  - ${key} = ${from}`, 'red', context)]),
    ...(to === undefined ? [] : [paint(`  + ${key} = ${to}`, 'green', context)])
  ])
  return [`~ ${name}`, ...lines].join('\n')
}

/** The same changes with secrets hidden. References to secrets stay visible. */
export function withoutSecrets(changes: readonly ConfigChange[]): readonly ConfigChange[] {
  const hide = (key: string, value: string | undefined) =>
    value === undefined || hidesSecret(key, value) ? value : '[hidden]'
  return changes.map(({ key, from, to }) =>
    isSecretKey(key) ? { key, from: hide(key, from), to: hide(key, to) } : { key, from, to }
  )
}
