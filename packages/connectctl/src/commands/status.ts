import { Option } from 'commander'
import type { ConnectApi } from '../connect/connect-api.ts'
import {
  type ConnectorState,
  isUnbegun,
  joinVerdicts,
  listConnectors,
  readKeeper
} from '../connect/connector-states.ts'
import { isBroken, isHealthy, verdictOf } from '../connect/verdict.ts'
import { watchLogs } from '../connector/connect-log.ts'
import { connectorFiles, connectorNames } from '../connector/connector-file.ts'
import { examine } from '../connector/doctor.ts'
import type { Symptom } from '../source/symptom.ts'
import type { Context, Session, Verb } from './context.ts'
import { type Cell, paint, table } from './render.ts'

export const status: Verb = {
  usage: 'status [connectors...]',
  about: 'show whether events flow through each connector, as the keeper sees it; exit code 1 if they do not',
  options: [new Option('--keeper <url>', 'address of the keeper (KEEPER_URL, or else http://127.0.0.1:8084)')],
  async run(session, names: string[], { keeper }: { keeper?: string }) {
    const all = await readStates(session, keeper ?? session.environment['KEEPER_URL'] ?? 'http://127.0.0.1:8084')
    const wanted = names.length === 0 ? all.map(({ name }) => name) : await connectorNames(names, session)
    const absent = wanted
      .filter(name => !all.some(state => state.name === name))
      .map(name => ({ name, status: undefined, ...verdictOf({ name, report: 'missing' }) }))
    const states = [...absent, ...all.filter(({ name }) => wanted.includes(name))]
    const bad = states.some(state => !isHealthy(state) && state.state !== 'unknown')
    return { value: states, text: describeStates(states, session), bad }
  }
}

/** With the keeper's verdicts, Connect needn't answer; without a keeper, it must. */
async function readStates({ connect, api }: Session, keeper: string): Promise<readonly ConnectorState[]> {
  const kept = await readKeeper(keeper)
  if (kept === undefined) return statesWithoutKeeper(api)
  const once = connect({ retryForMs: 0, answerTimeoutMs: 2_000 })
  return joinVerdicts(await listConnectors(once).catch(() => []), kept)
}

async function statesWithoutKeeper(api: ConnectApi): Promise<readonly ConnectorState[]> {
  const connectors = await listConnectors(api)
  const names = await Promise.all(
    connectors.map(async ({ status }) => ((await isUnbegun(api, status)) ? [status.name] : []))
  )
  return joinVerdicts(connectors, [], names.flat())
}

function describeStates(states: readonly ConnectorState[], context: Context): string {
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

export const doctor: Verb = {
  usage: 'doctor [connectors...]',
  about: 'check what connectors need: workers, plugin, binlog or WAL, grants, tables, topics, offsets',
  async run(session, names: string[]) {
    const { api, environment } = session
    const reports = []
    const files = await connectorFiles(names, session)
    const around = { environment, complaints: watchLogs(environment) }
    for (const file of files) reports.push({ name: file.name, symptoms: await examine(api, file, around) })
    const lines = reports.flatMap(({ name, symptoms }) => [name, ...symptoms.map(each => line(each, session))])
    const bad = reports.some(({ symptoms }) => symptoms.some(({ ok }) => !ok))
    return { value: reports, text: lines.join('\n'), bad }
  }
}

function line({ ok, what, advice, beware }: Symptom, context: Context): string {
  if (ok && beware === true) return paint(`  ! ${what}: ${advice}`, 'yellow', context)
  return ok ? `  ✓ ${what}` : paint(`  ✗ ${what}${advice === undefined ? '' : `: ${advice}`}`, 'red', context)
}
