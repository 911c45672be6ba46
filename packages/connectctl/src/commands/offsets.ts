import { readFile } from 'node:fs/promises'
import { type Command, InvalidArgumentError, Option } from 'commander'
import type { ConnectorConfig, ConnectorOffsets, ConnectorStatus } from '../connect/connect-api.ts'
import { pathOf, statusPath, waitUntilRunning } from '../connect/connector-states.ts'
import { ConnectctlError } from '../connect/errors.ts'
import { stopConnector } from '../connector/begin-at-position.ts'
import { offsetsAt, positionNamed, type StartName } from '../connector/binlog-position.ts'
import { readOffsets, requireFolder, saveOffsets } from '../connector/saved-offsets.ts'
import { type Context, openSession, type Session } from './context.ts'
import { asJson, requireConsent, tell } from './render.ts'

export function addOffsets(program: Command, context: Context): void {
  const offsets = program.command('offsets').description('show and change the position where a connector reads')
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
    .description('continue at another position; the connector is stopped meanwhile')
    .addOption(new Option('--file <path>', 'offsets as offsets get writes them').conflicts('to'))
    .option('--to <position>', startNames, startPosition)
    .option('-y, --yes', 'do not ask', false)
    .action(async (name: string, flags: SetFlags, command: Command) => {
      if (flags.file === undefined && flags.to === undefined)
        command.error('error: pass --to POSITION or --file PATH', { exitCode: 2 })
      const session = openSession(command, context)
      const wanted = await wantedOffsets(name, flags, session)
      const saved = await changeOffsets(session, { name, yes: flags.yes }, () =>
        session.api.request('PATCH', pathOf(name, '/offsets'), { body: wanted })
      )
      tell(session, { name, did: 'set', savedOffsets: saved }, `✓ ${name}: offsets set`)
    })
}

function addReset(offsets: Command, context: Context): void {
  offsets
    .command('reset <connector>')
    .description('delete the offsets; the connector stays stopped until new offsets are set')
    .option('-y, --yes', 'do not ask', false)
    .action(async (name: string, { yes }: { yes: boolean }, command: Command) => {
      const session = openSession(command, context)
      const saved = await changeOffsets(session, { name, yes, stayStopped: true }, () =>
        session.api.request('DELETE', pathOf(name, '/offsets'))
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
  const config = await session.api.request<ConnectorConfig>('GET', pathOf(name, '/config'))
  return offsetsAt(await positionNamed(to, config, session.context.environment), config)
}

async function offsetsIn(file: string): Promise<ConnectorOffsets> {
  const text = await readFile(file, 'utf8').catch(cause => {
    throw new ConnectctlError('NOT_FOUND', `Cannot read the file ${file}`, { cause })
  })
  try {
    const parsed = JSON.parse(text) as Partial<ConnectorOffsets> | null
    if (Array.isArray(parsed?.offsets)) return { offsets: parsed.offsets }
  } catch {
    // The error below covers both: no JSON, or JSON without offsets.
  }
  throw new ConnectctlError('CONFIG_INVALID', `${file} has no offsets in the format of offsets get`)
}

type Change = { readonly name: string; readonly yes: boolean; readonly stayStopped?: boolean }

/** Asks, stops the connector, saves its offsets, changes them, and resumes it if it ran. Returns the saved file. */
async function changeOffsets(session: Session, change: Change, send: () => Promise<unknown>): Promise<string> {
  const { api, context } = session
  const { name, yes } = change
  await requireConsent(`Stop ${name} and change its offsets?`, yes, context)
  await requireFolder(session.dir)
  const before = await api.request<ConnectorStatus>('GET', statusPath(name))
  await stopConnector(api, name)
  const saved = await saveOffsets(api, name, session.dir)
  context.note(`old offsets saved in ${saved}`)
  const ran = before.connector.state !== 'STOPPED'
  await send().catch(async error => {
    // Nothing has changed, so the connector continues as before.
    if (ran) await api.request('PUT', pathOf(name, '/resume'))
    throw error
  })
  if (!ran || change.stayStopped === true) return saved
  await api.request('PUT', pathOf(name, '/resume'))
  await waitUntilRunning(api, name, { timeoutMs: session.retryForMs })
  return saved
}

export const startNames = "'recorded' (by the outbox's migration), 'oldest' (still kept), 'now', or FILE:POSITION"

export function startPosition(text: string): StartName {
  if (text === 'recorded' || text === 'oldest' || text === 'now') return text
  const [, file, position] = /^(.+):(\d+)$/.exec(text) ?? []
  if (file === undefined) throw new InvalidArgumentError(`It takes ${startNames}.`)
  return { file, position: Number(position) }
}
