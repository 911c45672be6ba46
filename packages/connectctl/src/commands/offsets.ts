import { readFile } from 'node:fs/promises'
import { InvalidArgumentError, Option } from 'commander'
import type { ConnectorConfig, ConnectorOffsets } from '../connect/connect-api.ts'
import { pathOf, resume } from '../connect/connector-states.ts'
import { ConnectctlError } from '../connect/errors.ts'
import { parseJson } from '../connect/parse-json.ts'
import { readOffsets, stopAndSaveOffsets } from '../connector/saved-offsets.ts'
import type { Beginning, StartName } from '../source/source.ts'
import { sourceOf } from '../connector/source-of.ts'
import { asJson, requireConsent, type Session, type Verb, yesOption } from './context.ts'

export const startNames =
  "'recorded' (by the outbox's migration; on PostgreSQL, the slot), 'oldest' (still kept), 'now', or a place: FILE:POSITION " +
  'of MySQL, an LSN of PostgreSQL'

export function startPosition(text: string): StartName {
  if (text === 'recorded' || text === 'oldest' || text === 'now') return text
  if (/^(.+):(\d+)$|^[0-9A-F]+\/[0-9A-F]+$/i.test(text)) return { at: text }
  throw new InvalidArgumentError(`It takes ${startNames}.`)
}

export const getOffsets: Verb = {
  usage: 'get <connector>',
  about: 'show the offsets that Connect has stored',
  async run({ api }, name: string) {
    const stored = await readOffsets(api, name)
    return { value: stored, text: asJson(stored) }
  }
}

type SetFlags = { readonly file?: string; readonly to?: StartName; readonly yes?: true }

export const setOffsets: Verb = {
  usage: 'set <connector>',
  about: 'continue at another position; the connector is stopped meanwhile',
  options: [
    new Option('--file <path>', 'offsets as offsets get writes them').conflicts('to'),
    new Option('--to <position>', startNames).argParser(startPosition),
    yesOption
  ],
  async run(session, name: string, flags: SetFlags) {
    const place = await wantedPlace(session, name, flags)
    const { savedOffsets, ran } = await changeOffsets(session, name, { ...flags, place })
    if (ran) await resume(session.api, name, session)
    return { value: { name, did: 'set', savedOffsets }, text: `✓ ${name}: offsets set` }
  }
}

export const resetOffsets: Verb = {
  usage: 'reset <connector>',
  about: 'delete the offsets; the connector stays stopped until new offsets are set',
  options: [yesOption],
  async run(session, name: string, flags: { yes?: true }) {
    const { savedOffsets } = await changeOffsets(session, name, flags)
    const next = `connectctl offsets set ${name} --to …, then resume ${name}`
    const text = `✓ ${name}: offsets forgotten, stopped; next: ${next}`
    return { value: { name, did: 'reset', savedOffsets }, text }
  }
}

/** Finds the offsets before the connector is stopped; what it returns makes what they need, afterwards. */
async function wantedPlace(session: Session, name: string, { file, to }: SetFlags): Promise<Beginning['place']> {
  if (file === undefined && to === undefined) return session.refuseUsage('pass --to POSITION or --file PATH')
  const offsets = file === undefined ? { offsets: [] } : await offsetsIn(file)
  const config = await session.api.request<ConnectorConfig>('GET', pathOf(name, '/config'))
  const source = sourceOf(config, session.environment)
  if (to !== undefined) return (await source.beginningAt(to)).place
  await source.requireRest(async () => offsets)
  return async () => offsets
}

async function offsetsIn(file: string): Promise<ConnectorOffsets> {
  const text = await readFile(file, 'utf8').catch(cause => {
    throw new ConnectctlError('NOT_FOUND', `Cannot read the file ${file}`, { cause })
  })
  const parsed = parseJson(text) as Partial<ConnectorOffsets> | null | undefined
  if (Array.isArray(parsed?.offsets)) return { offsets: parsed.offsets }
  throw new ConnectctlError('CONFIG_INVALID', `${file} has no offsets in the format of offsets get`)
}

type Change = { readonly place?: Beginning['place']; readonly yes?: true }

/** Asks, stops the connector, saves its offsets, and sets or deletes them. If that fails, a connector that ran goes on. */
async function changeOffsets(session: Session, name: string, { place, yes }: Change) {
  const { api, note } = session
  await requireConsent(`Stop ${name} and change its offsets?`, yes, session)
  const stopped = await stopAndSaveOffsets(api, name, session)
  note(`old offsets saved in ${stopped.savedOffsets}`)
  const change = async () =>
    place === undefined
      ? api.request('DELETE', pathOf(name, '/offsets'))
      : api.request('PATCH', pathOf(name, '/offsets'), { body: await place() })
  await change().catch(async error => {
    if (stopped.ran) await api.request('PUT', pathOf(name, '/resume'))
    throw error
  })
  return stopped
}
