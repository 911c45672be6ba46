import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { StackError } from '../errors.ts'
import { forgetProcess, recordProcess } from './process-record.ts'

export type PartSpec = {
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  readonly env?: NodeJS.ProcessEnv
  readonly logFile: string
  /** Where the pid is recorded, so that a later start can end what a killed starter left. */
  readonly runDir: string
  /** Clears away what a process that was killed left in the way of the next. */
  readonly beforeStart?: () => void
  /** Throws until the part answers. */
  readonly answers: () => Promise<void>
  readonly startTimeoutMs?: number
  readonly stopTimeoutMs?: number
  /** When given, output goes here line by line instead of into the log file. */
  readonly onLine?: (line: string) => void
}

/** One process of ours that can be started, stopped and broken on purpose. */
export type Part = {
  readonly name: string
  readonly logFile: string
  pid(): number | undefined
  start(): Promise<void>
  stop(): Promise<void>
  kill(): Promise<void>
  freeze(): Promise<void>
  thaw(): Promise<void>
  /** Called when the process ends although nobody asked it to through this object. */
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
    await untilItAnswers()
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

  async function untilItAnswers(): Promise<void> {
    const patienceMs = spec.startTimeoutMs ?? 90_000
    const deadline = Date.now() + patienceMs
    for (let lastError: unknown; Date.now() < deadline; await sleep(50)) {
      if (child === undefined) throw didNotStart(spec, 'ended while it started', lastError)
      try {
        return await spec.answers()
      } catch (error) {
        lastError = error
      }
    }
    throw didNotStart(spec, `did not answer within ${patienceMs / 1000} s`)
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
  // A group of its own: Ctrl-C in the terminal reaches the starter alone, which then stops the parts in order.
  const child = spawn(spec.command, spec.args, { env: spec.env, stdio: ['ignore', output, output], detached: true })
  closeSync(log)
  if (child.pid !== undefined) recordProcess(spec.runDir, spec.name, child.pid)
  if (spec.onLine !== undefined) {
    for (const stream of [child.stdout, child.stderr])
      if (stream !== null) createInterface(stream).on('line', spec.onLine)
  }
  return child
}

export function didNotStart(spec: Pick<PartSpec, 'name' | 'logFile'>, how: string, cause?: unknown): StackError {
  const log = existsSync(spec.logFile)
    ? readFileSync(spec.logFile, 'utf8').trimEnd().split('\n').slice(-8).join('\n  ')
    : ''
  const lastWords = log === '' ? '' : ` The last lines of ${spec.logFile}:\n  ${log}`
  return new StackError('PART_DID_NOT_START', `${spec.name} ${how}.${lastWords}`, { cause })
}
