import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { createInterface } from 'node:readline'
import pRetry from 'p-retry'
import { StackError } from '../errors.ts'
import { forgetProcess, recordProcess } from './process-record.ts'

export type PartSpec = {
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  readonly env?: NodeJS.ProcessEnv
  readonly logFile: string
  /** Where the pid is recorded, so that a later start can end the processes of a killed starter. */
  readonly runDir: string
  /** Removes what a killed process left and the next one would refuse. */
  readonly beforeStart?: () => void
  /** Throws until the part answers. */
  readonly answers: () => Promise<void>
  readonly startTimeoutMs?: number
  readonly stopTimeoutMs?: number
  /** When given, output goes here line by line instead of into the log file. */
  readonly onLine?: (line: string) => void
}

/** A process or container that can be started, stopped and broken on purpose. */
export type Part = {
  readonly name: string
  readonly logFile: string
  /** Undefined while it does not run. */
  pid(): number | undefined
  /** Resolves when it answers. Does nothing while it runs. */
  start(): Promise<void>
  /** Asks it to end and waits; after 20 s it is killed. */
  stop(): Promise<void>
  /** kill -9; resolves when the process is gone. */
  kill(): Promise<void>
  /** SIGSTOP: it keeps its sockets and answers nothing until `thaw`. */
  freeze(): Promise<void>
  thaw(): Promise<void>
  /** Called when it ends without `stop` or `kill`. */
  onUnexpectedExit(listener: (how: string) => void): void
}

export function createPart(spec: PartSpec): Part {
  let child: ChildProcess | undefined
  let exited: Promise<void> = Promise.resolve()
  let wanted = false
  const listeners: ((how: string) => void)[] = []

  async function start(): Promise<void> {
    if (child !== undefined) return
    spec.beforeStart?.()
    child = launch(spec)
    exited = watch(child)
    await waitForAnswer(spec, () => child !== undefined)
    wanted = true
  }

  function watch(launched: ChildProcess): Promise<void> {
    return new Promise(resolve => {
      const ended = (how: string) => {
        if (child !== launched) return
        child = undefined
        forgetProcess(spec.runDir, spec.name)
        resolve()
        if (wanted) for (const listener of listeners) listener(how)
      }
      launched.once('exit', (code, signal) => ended(signal === null ? `exit code ${code}` : signal))
      launched.once('error', error => ended(error.message))
    })
  }

  async function end(signal: NodeJS.Signals, patienceMs: number): Promise<void> {
    wanted = false
    const ending = child
    if (ending === undefined) return
    ending.kill(signal)
    if (signal !== 'SIGKILL') ending.kill('SIGCONT') // a frozen process would never see the signal
    const timer = setTimeout(() => ending.kill('SIGKILL'), patienceMs)
    await exited
    clearTimeout(timer)
  }

  return {
    name: spec.name,
    logFile: spec.logFile,
    pid: () => child?.pid,
    start,
    stop: () => end('SIGTERM', spec.stopTimeoutMs ?? 20_000),
    kill: () => end('SIGKILL', 10_000),
    freeze: async () => void child?.kill('SIGSTOP'),
    thaw: async () => void child?.kill('SIGCONT'),
    onUnexpectedExit: listener => void listeners.push(listener)
  }
}

function launch(spec: PartSpec): ChildProcess {
  mkdirSync(dirname(spec.logFile), { recursive: true })
  if (existsSync(spec.logFile) && statSync(spec.logFile).size > 20 * 1024 * 1024)
    renameSync(spec.logFile, `${spec.logFile}.1`)
  const log = openSync(spec.logFile, 'a')
  const output = spec.onLine === undefined ? log : 'pipe'
  // Detached: Ctrl-C in the terminal only reaches the starter, which then stops the parts in order.
  const child = spawn(spec.command, spec.args, { env: spec.env, stdio: ['ignore', output, output], detached: true })
  closeSync(log)
  if (child.pid !== undefined) recordProcess(spec.runDir, spec.name, child.pid)
  if (spec.onLine !== undefined) {
    for (const stream of [child.stdout, child.stderr])
      if (stream !== null) createInterface(stream).on('line', spec.onLine)
  }
  return child
}

/** Asks a part until it answers. When it ends first or takes too long, throws with the last lines of its log. */
export async function waitForAnswer(spec: Answering, isRunning: () => boolean): Promise<void> {
  const timeoutMs = spec.startTimeoutMs ?? 90_000
  const patience = { retries: Infinity, minTimeout: 50, factor: 1, maxRetryTime: timeoutMs, shouldRetry: isRunning }
  await pRetry(spec.answers, patience).catch((cause: unknown) => {
    const how = isRunning() ? `did not answer within ${timeoutMs / 1000} s` : 'ended while it started'
    throw new StackError('PART_DID_NOT_START', `${spec.name} ${how}.${lastLines(spec.logFile)}`, { cause })
  })
}

type Answering = Pick<PartSpec, 'name' | 'logFile' | 'answers' | 'startTimeoutMs'>

function lastLines(logFile: string): string {
  const log = existsSync(logFile) ? readFileSync(logFile, 'utf8').trimEnd() : ''
  return log === '' ? '' : ` The last lines of ${logFile}:\n  ${log.split('\n').slice(-8).join('\n  ')}`
}
