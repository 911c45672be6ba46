import { Option } from 'commander'
import pLimit from 'p-limit'
import { ConnectctlError, explain } from '../connect/errors.ts'
import { applyConnector, type ApplyResult } from '../connector/apply-connector.ts'
import { type ConnectorFile, connectorFiles } from '../connector/connector-file.ts'
import { withConnectLog } from '../connector/connect-log.ts'
import { sourceOf } from '../connector/source-of.ts'
import { kafkaOf } from '../kafka/kafka.ts'
import { diffConfig } from '../settings/diff-config.ts'
import type { StartName } from '../source/source.ts'
import type { Session, Verb } from './context.ts'
import { checkOnline, describeDifference, describeFindings, errorsIn, livingBeside, withoutSecrets } from './files.ts'
import { startNames, startPosition } from './offsets.ts'

type ApplyFlags = { startAt: StartName; wait: boolean; force?: true; rebuildHistory?: true }
type Applied = { readonly name: string } & (ApplyResult | { readonly error: string })

/** Enough for a whole system. Each connector that starts takes a core of its worker for a second or two. */
const atOnce = 8

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
    const files = distinct(await connectorFiles(names, session))
    const connectors = await livingBeside(files, session)
    const results = await pLimit(atOnce).map(files, file => applyOne(file, { connectors, flags, session }))
    const failed = results.filter(result => 'error' in result)
    for (const { error } of failed) session.note(`✗ ${error}`)
    const lines = results.flatMap(result => ('error' in result ? [] : [describeApplied(result, flags)]))
    return { value: results, text: lines.join('\n'), bad: failed.length > 0 }
  }
}

/** Each file once: two that are applied at once must not be the same connector. */
function distinct(files: readonly ConnectorFile[]): readonly ConnectorFile[] {
  const byName = new Map<string, ConnectorFile>()
  for (const file of files) {
    const { config = file.config } = byName.get(file.name) ?? {}
    if (diffConfig(config, file.config).length > 0)
      throw new ConnectctlError(
        'CONFIG_INVALID',
        `Two files are called ${file.name}, which names their connector: apply one of them`
      )
    byName.set(file.name, file)
  }
  return [...byName.values()]
}

type Run = {
  readonly connectors: readonly ConnectorFile[]
  readonly flags: ApplyFlags
  readonly session: Session
}

/** A connector that fails is a result, because the others go on. */
async function applyOne(file: ConnectorFile, { connectors, flags, session }: Run): Promise<Applied> {
  const { name } = file
  try {
    const findings = await checkOnline(file, connectors, session)
    if (findings.length > 0) session.note(describeFindings(name, findings, session))
    const errors = errorsIn(findings)
    if (errors > 0 && !flags.force)
      throw new ConnectctlError('CONFIG_INVALID', `${name} was not sent: ${errors} setting(s) refused`)
    return { name, ...(await send(file, flags, session)) }
  } catch (error) {
    const said = explain(error)
    return { name, error: said.includes(name) ? said : `${name}: ${said}` }
  }
}

async function send(file: ConnectorFile, flags: ApplyFlags, session: Session): Promise<ApplyResult> {
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

function describeApplied({ name, outcome, idle }: ApplyResult & { readonly name: string }, flags: ApplyFlags): string {
  const running = flags.wait ? ', every task runs' : ''
  const state = idle === undefined ? running : `, ${idle} by hand: connectctl resume ${name}`
  return `✓ ${name}: ${outcome}${state}`
}
