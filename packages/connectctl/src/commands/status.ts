import type { Command } from 'commander'
import { createConnectApi } from '../connect/connect-api.ts'
import { joinVerdicts, listConnectors, readKeeper, waitUntilRunning } from '../connect/connector-states.ts'
import type { ConnectorState } from '../connect/connector-states.ts'
import { isBroken, isHealthy, verdictOf } from '../connect/verdict.ts'
import { connectorNames, type Context, openSession, type Session } from './context.ts'
import { type Cell, forEach, table, tell } from './render.ts'

export function addStatus(program: Command, context: Context): void {
  program
    .command('status [connectors...]')
    .description('show whether events flow through each connector, as the keeper sees it; exit code 1 if they do not')
    .option(
      '--keeper <url>',
      'address of the keeper (KEEPER_URL)',
      context.environment['KEEPER_URL'] ?? 'http://127.0.0.1:8084'
    )
    .action(async (names: string[], { keeper }: { keeper: string }, command: Command) => {
      const session = openSession(command, context)
      const all = await readStates(session, keeper)
      const wanted = names.length === 0 ? all.map(({ name }) => name) : await connectorNames(names, session)
      const absent = wanted
        .filter(name => !all.some(state => state.name === name))
        .map(name => ({ name, status: undefined, ...verdictOf({ name, report: 'missing' }) }))
      const states = [...absent, ...all.filter(({ name }) => wanted.includes(name))]
      tell(session, states, tableOf(states, context))
      if (states.some(state => !isHealthy(state) && state.state !== 'unknown')) context.markBad()
    })
}

export function addWait(program: Command, context: Context): void {
  program
    .command('wait [connectors...]')
    .description('wait until connectors and each of their tasks are running')
    .action(async (names: string[], _options, command: Command) => {
      const session = openSession(command, context)
      await forEach(names, session, async name => {
        await waitUntilRunning(session.api, name, { timeoutMs: session.retryForMs })
        return [{ name, running: true }, `✓ ${name}: every task is running`]
      })
    })
}

/** With the keeper's verdicts, Connect needn't answer; without a keeper, it must. */
async function readStates({ url, api }: Session, keeper: string): Promise<readonly ConnectorState[]> {
  const kept = await readKeeper(keeper)
  if (kept === undefined) return joinVerdicts(await listConnectors(api))
  const once = createConnectApi({ url, retryForMs: 0, answerTimeoutMs: 2_000 })
  return joinVerdicts(await listConnectors(once).catch(() => []), kept)
}

function tableOf(states: readonly ConnectorState[], context: Context): string {
  if (states.length === 0) return 'There is no connector yet: connectctl apply'
  const rows = states.map(({ name, state, status, reason, advice }): readonly Cell[] => [
    name,
    { text: state, colour: isBroken({ state }) ? 'red' : state === 'flowing' ? 'green' : 'yellow' },
    status?.connector.state ?? '',
    status?.tasks.map(task => `${task.id}:${task.state}`).join(' ') ?? '',
    advice === undefined ? reason : `${reason}. ${advice}`
  ])
  return table(['CONNECTOR', 'VERDICT', 'STATE', 'TASKS', 'REASON'], rows, context)
}
