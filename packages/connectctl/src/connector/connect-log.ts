import { open, stat } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { ConnectctlError } from '../connect/errors.ts'
import { itemsOf } from '../settings/captured-tables.ts'
import type { Environment } from '../settings/secrets.ts'

const tailBytes = 256 * 1024
// A producer without its topic complains at least once a second.
const watchedMs = 3_000

/**
 * The last warning or error about a connector in the logs that `CONNECT_LOG` names. What Kafka answers a task's producer
 * stands only there: Connect's REST API says RUNNING.
 */
export async function lastComplaint(name: string, environment: Environment): Promise<string | undefined> {
  const tails = await Promise.all(logsOf(environment).map(path => textOf(path)))
  return newestOf(tails, name)
}

/** The last warning or error about a connector. */
export type ComplaintOf = (name: string) => string | undefined

/**
 * Watches the logs for a few seconds, for all connectors at once, and returns what is complained of now: an older line may
 * be about a topic that was just being created.
 */
export async function watchLogs(environment: Environment): Promise<ComplaintOf> {
  const logs = logsOf(environment)
  if (logs.length === 0) return () => undefined
  const ends = await Promise.all(logs.map(async path => (await stat(path).catch(() => ({ size: 0 }))).size))
  await sleep(watchedMs)
  const texts = await Promise.all(logs.map((path, at) => textOf(path, ends[at])))
  return name => newestOf(texts, name)
}

const logsOf = (environment: Environment) => itemsOf(environment['CONNECT_LOG'])

function newestOf(texts: readonly string[], name: string): string | undefined {
  const lines = texts.flatMap(text => text.split('\n'))
  const line = lines.findLast(each => /\b(WARN|ERROR)\b/.test(each) && each.includes(name))
  return line?.replace(/^.*?\b(?=WARN|ERROR)/, '').slice(0, 400)
}

/** Adds what Connect's log says to an error of a connector that was sent and does not run. */
export async function withConnectLog(error: unknown, name: string, environment: Environment): Promise<unknown> {
  if (!(error instanceof ConnectctlError) || error.code !== 'NOT_RUNNING') return error
  const complaint = await lastComplaint(name, environment)
  const hint =
    environment['CONNECT_LOG'] === undefined ? "Connect's log may say why: CONNECT_LOG=FILE shows it here" : ''
  const more = complaint === undefined ? hint : `Connect's log says: ${complaint}`
  return more === '' ? error : new ConnectctlError('NOT_RUNNING', `${error.message}. ${more}`, { cause: error })
}

/** The end of a file, at most what was written behind `from`. */
async function textOf(path: string, from = 0): Promise<string> {
  const file = await open(path).catch(() => undefined)
  if (file === undefined) return ''
  try {
    const { size } = await file.stat()
    const start = Math.max(0, Math.min(from, size), size - tailBytes)
    const { buffer, bytesRead } = await file.read(Buffer.alloc(size - start), 0, size - start, start)
    return buffer.toString('utf8', 0, bytesRead)
  } finally {
    await file.close()
  }
}
