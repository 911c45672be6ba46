import { readFile } from 'node:fs/promises'
import { Option } from 'commander'
import type { Command } from 'commander'
import { waitUntilStopped } from '../begin-at-position.ts'
import { offsetsAt, positionNamed } from '../binlog-position.ts'
import type { StartName } from '../binlog-position.ts'
import type { ConnectorConfig, ConnectorOffsets, ConnectorStatus } from '../connect-api.ts'
import { ConnectctlError } from '../errors.ts'
import { readOffsets, requireFolder, saveOffsets } from '../saved-offsets.ts'
import { statusPath, waitUntilRunning } from '../wait-until-running.ts'
import { requireConsent } from './consent.ts'
import { openSession } from './context.ts'
import type { Context, Session } from './context.ts'
import { asJson, tell } from './render.ts'
import { startNames, startPosition } from './start-position.ts'

export function addOffsets(program: Command, context: Context): void {
  const offsets = program.command('offsets').description('read and change where a connector reads')
  offsets
    .command('get <connector>')
    .description('show the offsets that Connect has stored')
    .action(async (name: string, _options, command: Command) => {
      const session = openSession(command, context)
      context.write(asJson(await readOffsets(session.api, name)))
    })
  addSet(offsets, context)
  addReset(offsets, context)
}

function addSet(offsets: Command, context: Context): void {
  offsets
    .command('set <connector>')
    .description('go on elsewhere; stops the connector meanwhile')
    .addOption(new Option('--file <path>', 'offsets as offsets get writes them').conflicts('to'))
    .option('--to <position>', startNames, startPosition)
    .option('-y, --yes', 'do not ask', false)
    .action(async (name: string, flags: SetFlags, command: Command) => {
      if (flags.file === undefined && flags.to === undefined)
        command.error('error: say where: --to POSITION or --file PATH', { exitCode: 2 })
      const session = openSession(command, context)
      const wanted = await wantedOffsets(name, flags, session)
      const saved = await changeOffsets(session, { name, yes: flags.yes }, () =>
        session.api.request('PATCH', `/connectors/${encodeURIComponent(name)}/offsets`, { body: wanted })
      )
      tell(session, { name, did: 'set', savedOffsets: saved }, `✓ ${name}: offsets set`)
    })
}

function addReset(offsets: Command, context: Context): void {
  offsets
    .command('reset <connector>')
    .description('forget the offsets; the connector stays stopped, because it must be told where to begin')
    .option('-y, --yes', 'do not ask', false)
    .action(async (name: string, { yes }: { yes: boolean }, command: Command) => {
      const session = openSession(command, context)
      const saved = await changeOffsets(session, { name, yes, stayStopped: true }, () =>
        session.api.request('DELETE', `/connectors/${encodeURIComponent(name)}/offsets`)
      )
      const next = `connectctl offsets set ${name} --to …, then resume ${name}`
      tell(session, { name, did: 'reset', savedOffsets: saved }, `✓ ${name}: offsets forgotten, stopped; next: ${next}`)
    })
}

type SetFlags = { readonly file?: string; readonly to?: StartName; readonly yes: boolean }

async function wantedOffsets(
  name: string,
  { file, to = 'recorded' }: SetFlags,
  session: Session
): Promise<ConnectorOffsets> {
  if (file !== undefined) return offsetsIn(file)
  const config = await session.api.request<ConnectorConfig>('GET', `/connectors/${encodeURIComponent(name)}/config`)
  return offsetsAt(await positionNamed(to, config, session.context.environment), config)
}

async function offsetsIn(file: string): Promise<ConnectorOffsets> {
  const text = await readFile(file, 'utf8').catch(cause => {
    throw new ConnectctlError('NOT_FOUND', `There is no file ${file} that can be read`, { cause })
  })
  try {
    const parsed = JSON.parse(text) as Partial<ConnectorOffsets> | null
    if (Array.isArray(parsed?.offsets)) return { offsets: parsed.offsets }
  } catch {
    // Said below: whether it is no JSON or other JSON makes no difference.
  }
  throw new ConnectctlError('CONFIG_INVALID', `${file} holds no offsets as offsets get writes them`)
}

type Change = { readonly name: string; readonly yes: boolean; readonly stayStopped?: boolean }

/** Asks, stops the connector, saves its offsets, changes them, and lets it run again if it ran. Answers the file. */
async function changeOffsets(session: Session, change: Change, send: () => Promise<unknown>): Promise<string> {
  const { api, context } = session
  const { name, yes } = change
  await requireConsent(`Stop ${name} and change its offsets?`, yes, context)
  await requireFolder(session.dir)
  const before = await api.request<ConnectorStatus>('GET', statusPath(name))
  const path = `/connectors/${encodeURIComponent(name)}`
  await api.request('PUT', `${path}/stop`)
  await waitUntilStopped(api, name)
  const saved = await saveOffsets(api, name, session.dir)
  context.note(`old offsets saved in ${saved}`)
  const ran = before.connector.state !== 'STOPPED'
  await send().catch(async error => {
    // Nothing has changed, so it goes on as it was.
    if (ran) await api.request('PUT', `${path}/resume`)
    throw error
  })
  if (!ran || change.stayStopped === true) return saved
  await api.request('PUT', `${path}/resume`)
  await waitUntilRunning(api, name, { timeoutMs: session.retryForMs })
  return saved
}
