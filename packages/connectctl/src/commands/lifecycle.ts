import { Option } from 'commander'
import type { ConnectorConfig, ConnectorStatus } from '../connect/connect-api.ts'
import { halt, isUnbegun, pathOf, resume as resumeConnector, waitUntilRunning } from '../connect/connector-states.ts'
import { ConnectctlError } from '../connect/errors.ts'
import { failedPart } from '../connect/verdict.ts'
import { stopAndSaveOffsets } from '../connector/saved-offsets.ts'
import { forEach, requireConsent, type Session, type Verb, yesOption } from './context.ts'

export const wait: Verb = {
  usage: 'wait [connectors...]',
  about: 'wait until connectors and each of their tasks are running',
  run: forEach(async (session, name) => {
    await waitUntilRunning(session.api, name, session)
    return { value: { name, running: true }, text: `✓ ${name}: every task is running` }
  })
}

export const restart: Verb = {
  usage: 'restart <connectors...>',
  about: 'restart connectors with their tasks',
  options: [new Option('--only-failed', 'restart only failed connectors and tasks').default(false)],
  run: forEach(async (session, name, { onlyFailed }: { onlyFailed: boolean }) => {
    const before = await session.api.request<ConnectorStatus>('GET', pathOf(name, '/status'))
    const { state } = before.connector
    if (state === 'PAUSED' || state === 'STOPPED')
      throw new ConnectctlError('NOT_RUNNING', `${name} is ${state.toLowerCase()}: connectctl resume ${name}`)
    await session.api.request('POST', pathOf(name, `/restart?includeTasks=true&onlyFailed=${onlyFailed}`))
    await waitUntilRunning(session.api, name, { ...session, oldTrace: failedPart(before)?.trace })
    const did = onlyFailed ? 'what had failed is restarted' : 'restarted'
    return { value: { name, did: 'restart', running: true }, text: `✓ ${name}: ${did}, every task runs` }
  })
}

const haltVerb = (did: 'pause' | 'stop', about: string, done: string): Verb => ({
  usage: `${did} <connectors...>`,
  about,
  run: forEach(async ({ api, timeoutMs }, name) => {
    await halt(api, name, { verb: did, timeoutMs })
    return { value: { name, did }, text: `✓ ${name}: ${done}` }
  })
})
export const pause = haltVerb('pause', 'keep the task but read nothing; the keeper leaves it alone', 'paused')
export const stop = haltVerb('stop', 'end the task; offsets can then be changed', 'stopped')

export const resume: Verb = {
  usage: 'resume <connectors...>',
  about: 'go on after pause or stop; refuses a connector without offsets that would begin at the present',
  run: forEach(async (session, name) => {
    await refuseWithoutOffsets(session, name)
    await resumeConnector(session.api, name, session)
    return { value: { name, did: 'resume' }, text: `✓ ${name}: every task runs` }
  })
}

/** Without offsets, Debezium begins at the present, unless it takes a snapshot of the rows first. */
async function refuseWithoutOffsets({ api }: Session, name: string): Promise<void> {
  const config = await api.request<ConnectorConfig>('GET', pathOf(name, '/config'))
  const { 'snapshot.mode': mode = 'initial', 'snapshot.mode.configuration.based.snapshot.data': data } = config
  if (mode === 'configuration_based' ? data === 'true' : readsRows.has(mode)) return
  if (!(await isUnbegun(api, await api.request<ConnectorStatus>('GET', pathOf(name, '/status'))))) return
  const next = `connectctl apply ${name} lets it begin, or connectctl offsets set ${name} --to …`
  const why = `${name} has no offsets: its apply did not finish, or they were reset. It would begin at the present`
  throw new ConnectctlError('POSITION_UNKNOWN', `${why}, and skip what was committed before: ${next}`)
}

const readsRows = new Set(['initial', 'initial_only', 'when_needed', 'always', 'custom'])

export const remove: Verb = {
  usage: 'delete <connectors...>',
  about: 'delete connectors; Connect keeps their offsets, and a later apply (or the keeper) continues there',
  options: [yesOption],
  run: forEach(async (session, name, { yes }: { yes?: true }) => {
    await requireConsent(`Delete the connector ${name}?`, yes, session)
    const { savedOffsets } = await stopAndSaveOffsets(session.api, name, session)
    await session.api.request('DELETE', pathOf(name))
    const text = `✓ ${name}: deleted; its offsets are kept by Connect and in ${savedOffsets}`
    return { value: { name, did: 'delete', savedOffsets }, text }
  })
}
