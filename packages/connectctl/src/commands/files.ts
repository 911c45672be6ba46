import { Option } from 'commander'
import { configOf, listConnectors } from '../connect/connector-states.ts'
import { ConnectctlError } from '../connect/errors.ts'
import { applyConnector, type ApplyResult, validateByWorker } from '../connector/apply-connector.ts'
import { type ConnectorFile, connectorFiles } from '../connector/connector-file.ts'
import { withConnectLog } from '../connector/connect-log.ts'
import { kafkaOf } from '../kafka/kafka.ts'
import { checkTopics } from '../connector/missing-topics.ts'
import { checkSchemaHistory } from '../kafka/schema-history.ts'
import { checkConfig } from '../settings/check-config.ts'
import { type ConfigChange, diffConfig } from '../settings/diff-config.ts'
import type { Finding } from '../settings/finding.ts'
import { hidesSecret, isSecretKey } from '../settings/secrets.ts'
import type { StartName } from '../source/source.ts'
import { sourceOf } from '../connector/source-of.ts'
import type { Context, Session, Verb } from './context.ts'
import { startNames, startPosition } from './offsets.ts'
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
        : [...(await checkOnline(file, files, session)), ...(await validateByWorker(session.api, file))]
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

type ApplyFlags = { startAt: StartName; wait: boolean; force?: true; rebuildHistory?: true }

export const apply: Verb = {
  usage: 'apply [connectors...]',
  about: 'apply connector files, and wait until every task runs; a repeat changes nothing',
  options: [
    new Option('--start-at <position>', `where a new connector starts: ${startNames}`)
      .argParser(startPosition)
      .default('recorded'),
    new Option('--rebuild-history', 'rebuild the schema history from the tables as they are now, keeping the offsets'),
    new Option('--force', 'send the file even if a check refuses it'),
    new Option('--no-wait', 'do not wait until the tasks run')
  ],
  async run(session, names: string[], flags: ApplyFlags) {
    const files = await connectorFiles(names, session)
    const results = []
    for (const file of files) {
      const findings = await checkOnline(file, files, session)
      if (findings.length > 0) session.note(describeFindings(file.name, findings, session))
      const errors = errorsIn(findings)
      if (errors > 0 && !flags.force)
        throw new ConnectctlError('CONFIG_INVALID', `${file.name} was not sent: ${errors} setting(s) refused`)
      results.push({ name: file.name, ...(await applyFile(file, flags, session)) })
    }
    const running = flags.wait ? ', every task runs' : ''
    const lines = results.map(({ name, outcome, idle }) => {
      const state = idle === undefined ? running : `, ${idle} by hand: connectctl resume ${name}`
      return `✓ ${name}: ${outcome}${state}`
    })
    return { value: results, text: lines.join('\n') }
  }
}

async function applyFile(file: ConnectorFile, flags: ApplyFlags, session: Session): Promise<ApplyResult> {
  const { name, config } = file
  const result = await applyConnector(session.api, file, {
    ...flags,
    source: sourceOf(config, session.environment),
    note: session.note,
    kafka: kafkaOf(config, session.environment),
    onDifference: (changes, exists) =>
      session.note(describeDifference({ name, exists, changes: withoutSecrets(changes) }, session)),
    timeoutMs: session.timeoutMs
  }).catch(async error => {
    throw await withConnectLog(error, name, session.environment)
  })
  return { ...result, changes: withoutSecrets(result.changes) }
}

/** The findings of our own checks, which compare a file with the cluster's connectors and with its topic in Kafka. */
async function checkOnline(file: ConnectorFile, files: readonly ConnectorFile[], { api, environment }: Session) {
  const live = (await listConnectors(api)).map(({ info }) => info)
  const kafka = kafkaOf(file.config, environment)
  const [history, topics] = await Promise.all([checkSchemaHistory(file.config, kafka), checkTopics(file.config, kafka)])
  return [...checkConfig(file.config, othersOf(file, [...live, ...files]), environment), ...history, ...topics]
}

/** The other connectors, which must not share an identity with this one. The last of a name counts. */
function othersOf(file: ConnectorFile, connectors: readonly ConnectorFile[]): readonly ConnectorFile[] {
  const byName = new Map(connectors.map(one => [one.name, one]))
  return [...byName.values()].filter(({ name }) => name !== file.name)
}

function errorsIn(findings: readonly Finding[]): number {
  return findings.filter(({ level }) => level === 'error').length
}

const marks = { error: ['✗', 'red'], warning: ['!', 'yellow'] } as const

function describeFindings(name: string, findings: readonly Finding[], context: Context): string {
  if (findings.length === 0) return `✓ ${name}: nothing to say`
  const lines = findings.map(({ level, key, why }) => {
    const [mark, colour] = marks[level]
    return paint(`  ${mark} ${key} ${why}`, colour, context)
  })
  return [`${errorsIn(findings) > 0 ? '✗' : '!'} ${name}`, ...lines].join('\n')
}

type Difference = { readonly name: string; readonly exists: boolean; readonly changes: readonly ConfigChange[] }

function describeDifference({ name, exists, changes }: Difference, context: Context): string {
  if (!exists) return paint(`+ ${name} does not exist yet: it would be created`, 'green', context)
  if (changes.length === 0) return `  ${name}: no change`
  const lines = changes.flatMap(({ key, from, to }) => [
    ...(from === undefined ? [] : [paint(`  - ${key} = ${from}`, 'red', context)]),
    ...(to === undefined ? [] : [paint(`  + ${key} = ${to}`, 'green', context)])
  ])
  return [`~ ${name}`, ...lines].join('\n')
}

/** The same changes with secrets hidden. References to secrets stay visible. */
function withoutSecrets(changes: readonly ConfigChange[]): readonly ConfigChange[] {
  const hide = (key: string, value: string | undefined) =>
    value === undefined || hidesSecret(key, value) ? value : '[hidden]'
  return changes.map(({ key, from, to }) =>
    isSecretKey(key) ? { key, from: hide(key, from), to: hide(key, to) } : { key, from, to }
  )
}
