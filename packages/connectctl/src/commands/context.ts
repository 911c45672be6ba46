import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { basename, extname, join } from 'node:path'
import { type Command, InvalidArgumentError } from 'commander'
import { type ConnectApi, createConnectApi } from '../connect/connect-api.ts'
import { ConnectctlError } from '../connect/errors.ts'
import { type ConnectorFile, type Environment, readConnectorFile } from '../connector/connector-file.ts'

/** What a verb needs from its environment; tests pass their own. */
export type Context = {
  readonly environment: Environment
  /** Results, on stdout. */
  readonly write: (text: string) => void
  /** Notes and errors, on stderr. */
  readonly note: (text: string) => void
  /** Asks a yes-or-no question; returns no without a terminal. */
  readonly confirm: (question: string) => Promise<boolean>
  readonly colour: boolean
  /** Sets exit code 1 without throwing. */
  readonly markBad: () => void
  /** Resolves when the process is asked to end. */
  readonly untilStopped: () => Promise<void>
}

type GlobalOptions = { readonly url: string; readonly dir: string; readonly json: boolean; readonly timeout: number }
export type Session = GlobalOptions & {
  readonly context: Context
  readonly api: ConnectApi
  readonly retryForMs: number
}

/** The connection and output of one run, from the options that every verb shares. */
export function openSession(command: Command, context: Context): Session {
  const options = command.optsWithGlobals<GlobalOptions>()
  const wrong = options.url.split(',').find(url => !/^https?:$/.test(URL.parse(url.trim())?.protocol ?? ''))
  if (wrong !== undefined)
    command.error(`error: --url (CONNECT_URL): "${wrong}" is not an address such as http://localhost:8083`, {
      exitCode: 2
    })
  const retryForMs = options.timeout * 1000
  const api = createConnectApi({ url: options.url, retryForMs, note: context.note })
  return { ...options, context, api, retryForMs }
}

/** The files named on the command line, by path or by connector name; by default all files of the folder. */
export async function connectorFiles(names: readonly string[], session: Session): Promise<readonly ConnectorFile[]> {
  const wanted = names.length > 0 ? names : await filesIn(session.dir)
  if (wanted.length === 0) throw new ConnectctlError('NOT_FOUND', `${session.dir} has no connector file`)
  return Promise.all(wanted.map(name => readConnectorFile(pathOf(name, session.dir), session.context.environment)))
}

/** The connectors named on the command line, by name or by path; by default those of the folder's files. */
export async function connectorNames(names: readonly string[], session: Session): Promise<readonly string[]> {
  const wanted = names.length > 0 ? names : await filesIn(session.dir)
  return wanted.map(name => (isConnectorFile(name) ? basename(name, extname(name)) : name))
}

async function filesIn(dir: string): Promise<readonly string[]> {
  const found = await readdir(dir).catch(cause => {
    throw new ConnectctlError('NOT_FOUND', `There is no folder ${dir}; name a connector file, or use --dir`, { cause })
  })
  return found
    .filter(isConnectorFile)
    .toSorted()
    .map(name => join(dir, name))
}

function pathOf(name: string, dir: string): string {
  if (isConnectorFile(name)) return name
  const typescript = join(dir, `${name}.ts`)
  return existsSync(typescript) ? typescript : join(dir, `${name}.json`)
}

function isConnectorFile(name: string): boolean {
  return (extname(name) === '.json' || extname(name) === '.ts') && !name.endsWith('.test.ts')
}

/** Reads the number of an option. */
export function positive(complaint = 'It takes a number greater than 0.') {
  return (text: string): number => {
    if (Number(text) > 0) return Number(text)
    throw new InvalidArgumentError(complaint)
  }
}
