import type { Command } from 'commander'
import { connectorStates, flowsFromKeeper } from '../connector-states.ts'
import type { ConnectorState } from '../connector-states.ts'
import { isBad } from '../verdict.ts'
import { waitUntilRunning } from '../wait-until-running.ts'
import { connectorNames, openSession } from './context.ts'
import type { Context } from './context.ts'
import { asJson, forEach, table } from './render.ts'
import type { Cell } from './render.ts'

export function addStatus(program: Command, context: Context): void {
  program
    .command('status [connectors...]')
    .description('one verdict for each connector, the worst of connector, tasks and flow; exit code 1 when one is bad')
    .option(
      '--keeper <url>',
      'where the keeper answers (KEEPER_URL)',
      context.environment['KEEPER_URL'] ?? 'http://127.0.0.1:8084'
    )
    .action(async (names: string[], { keeper }: { keeper: string }, command: Command) => {
      const session = openSession(command, context)
      const all = await connectorStates(session.api, await flowsFromKeeper(keeper))
      const wanted = names.length === 0 ? all.map(({ name }) => name) : await connectorNames(names, session)
      const states = all.filter(({ name }) => wanted.includes(name))
      const missing = wanted.filter(name => !all.some(state => state.name === name))
      if (session.json) context.write(asJson([...missing.map(name => ({ name, verdict: 'missing' })), ...states]))
      else context.write(tableOf(states, missing, context))
      if (missing.length > 0 || states.some(isBad)) context.markBad()
    })
}

export function addWait(program: Command, context: Context): void {
  program
    .command('wait [connectors...]')
    .description('wait until connectors and each of their tasks run')
    .action(async (names: string[], _options, command: Command) => {
      const session = openSession(command, context)
      await forEach(await connectorNames(names, session), session, async name => {
        await waitUntilRunning(session.api, name, { timeoutMs: session.retryForMs })
        return [{ name, running: true }, `✓ ${name}: every task runs`]
      })
    })
}

function tableOf(states: readonly ConnectorState[], missing: readonly string[], context: Context): string {
  if (states.length + missing.length === 0) return 'There is no connector yet: connectctl apply'
  const rows = states.map(({ name, verdict, status, reason }): readonly Cell[] => [
    name,
    { text: verdict, colour: colourOf(verdict) },
    status.connector.state,
    status.tasks.map(({ id, state }) => `${id}:${state}`).join(' '),
    reason
  ])
  const absent = missing.map((name): readonly Cell[] => [
    name,
    { text: 'missing', colour: 'red' },
    '',
    '',
    'it does not exist'
  ])
  return table(['CONNECTOR', 'VERDICT', 'STATE', 'TASKS', 'REASON'], [...absent, ...rows], context)
}

function colourOf(verdict: ConnectorState['verdict']) {
  if (isBad({ verdict, reason: '' })) return 'red'
  return verdict === 'flowing' ? 'green' : 'yellow'
}
