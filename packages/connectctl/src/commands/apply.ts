import type { Command } from 'commander'
import { ConnectctlError } from '../connect/errors.ts'
import { applyConnector, type ApplyResult } from '../connector/apply-connector.ts'
import { positionNamed, type StartName } from '../connector/binlog-position.ts'
import type { ConnectorFile } from '../connector/connector-file.ts'
import { brokersOf } from '../connector/kafka.ts'
import { checkSchemaHistory } from '../connector/schema-history.ts'
import { checkConfig } from '../settings/check-config.ts'
import { describe, shown } from './changes.ts'
import { connectorFiles, type Context, openSession, type Session } from './context.ts'
import { startNames, startPosition } from './offsets.ts'
import { tell } from './render.ts'
import { describeFindings, liveConnectors, neighboursOf } from './validate.ts'

type ApplyFlags = {
  readonly startAt: StartName
  readonly force: boolean
  readonly wait: boolean
  readonly rebuildHistory: boolean
}

export function addApply(program: Command, context: Context): void {
  program
    .command('apply [connectors...]')
    .description('apply connector files, and wait until every task runs; a repeat changes nothing')
    .option('--start-at <position>', `where a new connector starts: ${startNames}`, startPosition, 'recorded' as const)
    .option(
      '--rebuild-history',
      'rebuild the schema history from the tables as they are now, keeping the offsets',
      false
    )
    .option('--force', 'send the file even if a check refuses it', false)
    .option('--no-wait', 'do not wait until the tasks run')
    .action(async (names: string[], flags: ApplyFlags, command: Command) => {
      const session = openSession(command, context)
      const files = await connectorFiles(names, session)
      const live = await liveConnectors(session.api)
      const results = []
      for (const file of files) {
        const findings = [
          ...checkConfig(file.config, neighboursOf(file, files, live)),
          ...(await checkSchemaHistory(file.config, brokersOf(file.config, context.environment)))
        ]
        if (findings.length > 0) context.note(describeFindings(file.name, findings, context))
        const errors = findings.filter(({ level }) => level === 'error').length
        if (errors > 0 && !flags.force)
          throw new ConnectctlError('CONFIG_INVALID', `${file.name} was not sent: ${errors} setting(s) refused`)
        results.push({ name: file.name, ...(await apply(file, flags, session)) })
      }
      const running = flags.wait ? ', every task runs' : ''
      const lines = results.map(({ name, outcome, idle }) => {
        const state = idle === undefined ? running : `, ${idle} by hand: connectctl resume ${name}`
        return `✓ ${name}: ${outcome}${state}`
      })
      const values = results.map(each => ({ ...each, changes: shown(each.changes) }))
      tell(session, values, lines.join('\n'))
    })
}

function apply(file: ConnectorFile, flags: ApplyFlags, session: Session): Promise<ApplyResult> {
  const { context } = session
  return applyConnector(session.api, file, {
    startAt: () => positionNamed(flags.startAt, file.config, context.environment),
    note: context.note,
    brokers: brokersOf(file.config, context.environment),
    onDifference: (changes, exists) =>
      context.note(describe({ name: file.name, exists, changes: shown(changes) }, context)),
    wait: flags.wait,
    rebuildHistory: flags.rebuildHistory,
    timeoutMs: session.retryForMs
  })
}
