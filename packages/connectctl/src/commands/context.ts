import { resolveSecrets } from '@outbox-cdc/outbox/security'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { type ConnectApi, type ConnectApiOptions, createConnectApi } from '../connect/connect-api.ts'
import { ConnectctlError } from '../connect/errors.ts'
import { connectorNames } from '../connector/connector-file.ts'
import type { Environment } from '../settings/secrets.ts'

/** What a run needs from its environment; tests pass their own. */
export type Context = {
  readonly environment: Environment
  /** Results, on stdout. */
  readonly write: (text: string) => void
  /** Notes and errors, on stderr. */
  readonly note: (text: string) => void
  /** Asks a yes-or-no question; returns no without a terminal. */
  readonly confirm: (question: string) => Promise<boolean>
  readonly colour: boolean
  /** Resolves when the process is asked to end. */
  readonly untilStopped: () => Promise<void>
}

type GlobalOptions = { readonly dir: string; readonly json: boolean; readonly timeout: number }
/** One run of a verb: its environment, the options that every verb shares, and the cluster. */
export type Session = Context &
  GlobalOptions & {
    readonly api: ConnectApi
    /** Opens another client of the same workers. */
    readonly connect: (options: Omit<ConnectApiOptions, 'url' | 'token'>) => ConnectApi
    readonly timeoutMs: number
    /** Ends the run with exit code 2. */
    readonly refuseUsage: (complaint: string) => never
  }

/** What a verb did or found: a text for people and a value for `--json`. `bad` sets exit code 1. */
export type Report = { readonly value: unknown; readonly text: string; readonly bad?: boolean }

export type Verb = {
  readonly usage: string
  readonly about: string
  readonly options?: readonly Option[]
  readonly help?: string
  /** Gets the arguments and the options of the command line. A verb that printed everything itself returns nothing. */
  readonly run: (session: Session, ...given: never[]) => Promise<Report | undefined>
}

/** Does the same for the connectors named on the command line: a line as soon as each is done, or one JSON array. */
export function forEach<Options>(work: (session: Session, name: string, options: Options) => Promise<Report>) {
  return async (session: Session, names: readonly string[], options: Options) => {
    const done: unknown[] = []
    for (const name of await connectorNames(names, session)) {
      const { value, text } = await work(session, name, options)
      done.push(value)
      if (!session.json) session.write(text)
    }
    return session.json ? { value: done, text: '' } : undefined
  }
}

export function openSession(command: Command, context: Context): Session {
  const { url: given, ...options } = command.optsWithGlobals<GlobalOptions & { readonly url: string }>()
  const { environment, note } = context
  const refuseUsage = (complaint: string) => command.error(`error: ${complaint}`, { exitCode: 2 })
  const url = resolveSecrets(given, environment)
  if (url.split(',').some(each => !/^https?:$/.test(URL.parse(each.trim())?.protocol ?? '')))
    refuseUsage('--url (CONNECT_URL) takes addresses such as http://localhost:8083, separated by commas')
  const timeoutMs = options.timeout * 1000
  const token = environment['CONNECT_TOKEN'] && resolveSecrets(environment['CONNECT_TOKEN'], environment)
  const connect: Session['connect'] = more => createConnectApi({ ...more, url, token })
  const api = connect({ retryForMs: timeoutMs, answerTimeoutMs: timeoutMs, note: onceEach(note) })
  return { ...context, ...options, api, connect, timeoutMs, refuseUsage }
}

/** While several connectors wait for one rebalance, each of their requests would say so. */
function onceEach(note: Context['note']): Context['note'] {
  const said = new Set<string>()
  return line => {
    if (!said.has(line)) note(line)
    said.add(line)
  }
}

export function asJson(value: unknown): string {
  return JSON.stringify(value, undefined, 2)
}

export const yesOption = new Option('-y, --yes', 'do not ask')

/** Continues only with --yes or after a person's yes. */
export async function requireConsent(question: string, yes: true | undefined, session: Session): Promise<void> {
  if (yes || (await session.confirm(question))) return
  throw new ConnectctlError('NOT_CONFIRMED', 'Nothing was changed. Answer y, or pass --yes')
}

/** Reads the number of an option. */
export function positive(text: string): number {
  if (Number(text) > 0) return Number(text)
  throw new InvalidArgumentError('It takes a number greater than 0.')
}
