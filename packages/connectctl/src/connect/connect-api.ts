import { setTimeout as sleep } from 'node:timers/promises'
import { explainSecurity } from '@outbox-cdc/outbox/security'
import { ConnectctlError } from './errors.ts'
import { parseJson } from './parse-json.ts'

/** A worker's address and account, kept apart so that no message shows the password. */
function connectWorker(address: string, token: string | undefined) {
  const { origin, pathname, username, password } = new URL(address.trim())
  const account = [username, password].map(decodeURIComponent).join(':')
  const basic = account === ':' ? undefined : `Basic ${Buffer.from(account).toString('base64')}`
  const authorization = basic ?? (token === undefined ? undefined : `Bearer ${token}`)
  const headers = authorization === undefined ? {} : { authorization }
  const principal = basic === undefined ? authorization && 'the bearer token' : decodeURIComponent(username)
  return { base: `${origin}${pathname}`.replace(/\/+$/, ''), headers, principal }
}

export type ConnectorConfig = Readonly<Record<string, string>>
export type NamedConfig = { readonly name: string; readonly config: ConnectorConfig }
type State = 'UNASSIGNED' | 'RUNNING' | 'PAUSED' | 'STOPPED' | 'FAILED' | 'RESTARTING' | 'DESTROYED'
type Part = { readonly state: State; readonly worker_id: string; readonly trace?: string }
export type ConnectorStatus = {
  readonly name: string
  readonly type: string
  readonly connector: Part
  readonly tasks: readonly (Part & { readonly id: number })[]
}
export type ConnectorOffsets = {
  readonly offsets: readonly { readonly partition: object; readonly offset: Record<string, unknown> | null }[]
}
export type RequestOptions = {
  readonly body?: unknown
  /** Returns `undefined` for 404 instead of failing. */
  readonly orMissing?: boolean
}

/** One Connect cluster, by the REST addresses of its workers. If one doesn't answer or is starting, the next is tried. */
export type ConnectApi = {
  readonly url: string
  /** Whom the workers see. */
  readonly principal?: string | undefined
  request<T>(method: string, path: string, options?: RequestOptions): Promise<T>
}

export type ConnectApiOptions = {
  /** One worker, or several separated by commas; `user:password@` in one is sent as Basic authentication. */
  readonly url: string
  /** Sent as a bearer token to workers whose address has no account. */
  readonly token?: string | undefined
  /** How long 409 (rebalance), 5xx and refused connections are retried. */
  readonly retryForMs?: number
  /** How long one answer may take. */
  readonly answerTimeoutMs?: number
  readonly note?: (line: string) => void
}

export function createConnectApi(options: ConnectApiOptions): ConnectApi {
  const { retryForMs = 60_000, answerTimeoutMs = 90_000, note = () => {} } = options
  const workers = options.url.split(',').map(address => connectWorker(address, options.token))
  const url = workers.map(({ base }) => base).join()
  let turn = 0

  async function request<T>(method: string, path: string, wish: RequestOptions = {}): Promise<T> {
    const deadline = Date.now() + retryForMs
    let said = ''
    for (let waitMs = 200, left = workers.length; ; waitMs = Math.min(waitMs * 2, 2_000)) {
      const worker = workers[turn % workers.length]
      const answer = await attempt(
        { url: `${worker?.base}${path}`, principal: worker?.principal },
        {
          method,
          headers: { 'content-type': 'application/json', accept: 'application/json', ...worker?.headers },
          signal: AbortSignal.timeout(answerTimeoutMs),
          body: wish.body === undefined ? null : JSON.stringify(wish.body)
        }
      )
      if ('body' in answer) return answer.body as T
      if (answer.error.code === 'NOT_FOUND' && wish.orMissing === true) return undefined as T
      if (!answer.again) throw answer.error
      turn++
      left--
      if (left > 0) continue
      if (Date.now() + waitMs > deadline) throw answer.error
      if (answer.error.message !== said)
        note(`${answer.error.message}; trying again for ${Math.round(retryForMs / 1000)} s`)
      said = answer.error.message
      await sleep(waitMs)
    }
  }
  return { url, principal: workers[0]?.principal, request }
}

/** `again`: whether it may help to ask again, or to ask another worker. */
type Answer = { readonly body: unknown } | { readonly error: ConnectctlError; readonly again: boolean }

/** What is asked of which worker, and for whom. */
type Asked = { readonly url: string; readonly principal: string | undefined }

async function attempt(asked: Asked, init: RequestInit): Promise<Answer> {
  const { url } = asked
  try {
    const response = await fetch(url, init)
    const text = await response.text()
    if (response.ok) return { body: text === '' ? undefined : JSON.parse(text) }
    return refusal(asked, response.status, text)
  } catch (cause) {
    const said = explainSecurity(cause, { part: 'Kafka Connect', address: new URL(url).host })?.replace(/\.$/, '')
    if (said !== undefined) return { error: new ConnectctlError('CONNECT_REFUSED', said, { cause }), again: false }
    const message = `Kafka Connect at ${url} does not answer (${causeOf(cause)})`
    return { error: new ConnectctlError('CONNECT_UNREACHABLE', message, { cause }), again: true }
  }
}

function refusal({ url, principal }: Asked, status: number, text: string): Answer {
  const { error_code: ofConnect, message } = (parseJson(text) ?? {}) as { error_code?: number; message?: string }
  const { origin, pathname } = new URL(url)
  // The web server of a worker that is loading answers 404 on every path; only Connect's own answers have a code.
  const isLoading = status === 404 ? ofConnect === undefined : status >= 500 && /starting/i.test(message ?? '')
  if (isLoading) {
    const starting = `Kafka Connect at ${origin} is still starting (${status} from ${pathname})`
    return { error: new ConnectctlError('CONNECT_STARTING', starting), again: true }
  }
  const refused = (sentence: string): Answer => ({
    error: new ConnectctlError('CONNECT_REFUSED', `Kafka Connect at ${origin} ${sentence}`),
    again: false
  })
  const whose = principal === undefined ? 'a request without an account' : principal
  if (status === 401)
    return refused(`refuses ${whose}: CONNECT_URL takes https://user:password@host:port, CONNECT_TOKEN a bearer token`)
  if (status === 403) return refused(`forbids ${whose} what it asked for`)
  const said = (message ?? text).split('\n').slice(0, 2).join(' ').trim()
  const code = status === 404 ? 'NOT_FOUND' : 'CONNECT_REFUSED'
  const error = new ConnectctlError(code, `Kafka Connect answers ${status}: ${said}`)
  return { error, again: status === 409 || status >= 500 }
}

function causeOf(error: unknown): string {
  const { code, message } = ((error as Error).cause ?? error) as NodeJS.ErrnoException
  return typeof code === 'string' ? code : message // a timeout's code is a number
}
