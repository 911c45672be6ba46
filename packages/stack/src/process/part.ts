import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import pRetry from 'p-retry'
import { StackError } from '../errors.ts'
import { giveWay } from './give-way.ts'
import { forgetProcess, recordProcess } from './process-record.ts'

type Answering = {
  readonly name: string
  /** The folder of the stack, with the logs in `logs`. */
  readonly dir: string
  /** Throws until the part answers. */
  readonly answers: () => Promise<void>
  readonly startTimeoutMs?: number
}

export type PartSpec = Answering & {
  readonly command: string
  readonly args: readonly string[]
  readonly env?: NodeJS.ProcessEnv
  /** Removes what a killed process left and the next one would refuse. */
  readonly beforeStart?: () => void
  /** Gets how the process ended, such as `exit code 143` or `SIGKILL`. */
  readonly afterEnd?: ((how: string) => Promise<void>) | undefined
  readonly stopTimeoutMs?: number
  /** What asks it to end; SIGTERM by default. */
  readonly stopSignal?: NodeJS.Signals
  /** On Linux, `kill`, `freeze` and `thaw` also reach the processes that it started, for a server of several processes. */
  readonly withChildren?: boolean
  /** As `niceValue` says: while the cores are busy, parts with a lower one go first. 0 if left out. */
  readonly nice?: number
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
  /** Whether it has started, and was not stopped, killed or frozen on purpose since. */
  shouldAnswer(): boolean
  /** Called when it ends without `stop` or `kill`. */
  onUnexpectedExit(listener: (how: string) => void): void
}

/** What runs between a start and its end. */
export type Running = Pick<Part, 'stop' | 'kill' | 'freeze' | 'thaw'> & {
  readonly pid: number | undefined
  /** How it ended. */
  readonly ended: Promise<string>
}

/** A child process as a part. Its pid is recorded, so that a later start can end the processes of a killed starter. */
export function createPart(spec: PartSpec): Part {
  return partOf(spec, async logFile => launch(spec, logFile))
}

/** A part that `launch` starts, whatever it runs in. */
export function partOf(spec: Answering, launch: (logFile: string) => Promise<Running>): Part {
  const logFile = join(spec.dir, 'logs', `${spec.name}.log`)
  let isUp = false // from the launch to the end
  let running: Running | undefined
  let exited: Promise<void> = Promise.resolve()
  let wanted = false
  let frozen = false
  const listeners: ((how: string) => void)[] = []

  async function start(): Promise<void> {
    if (isUp) return
    mkdirSync(dirname(logFile), { recursive: true })
    isUp = true
    wanted = false
    running = await launch(logFile).catch((error: unknown) => {
      isUp = false
      throw error
    })
    exited = running.ended.then(ended)
    await waitForAnswer(spec, logFile, () => isUp).catch(async error => {
      await end(silent => silent.kill()) // else the next start would find it running, and take it for well
      throw error
    })
    wanted = true
  }

  function ended(how: string): void {
    isUp = false
    frozen = false
    running = undefined
    if (wanted) for (const listener of listeners) listener(how)
  }

  async function end(how: (ending: Running) => Promise<void>): Promise<void> {
    wanted = false
    if (running === undefined) return
    await how(running)
    await exited
  }

  return {
    name: spec.name,
    logFile,
    pid: () => running?.pid,
    start,
    stop: () => end(ending => ending.stop()),
    kill: () => end(ending => ending.kill()),
    async freeze() {
      frozen = running !== undefined
      await running?.freeze()
    },
    async thaw() {
      await running?.thaw()
      frozen = false
    },
    shouldAnswer: () => wanted && !frozen,
    onUnexpectedExit: listener => void listeners.push(listener)
  }
}

function launch(spec: PartSpec, logFile: string): Running {
  spec.beforeStart?.()
  const runDir = join(spec.dir, 'run')
  const child = spawnLogged(spec, logFile)
  if (child.pid !== undefined) {
    recordProcess(runDir, spec.name, child.pid)
    if (spec.nice !== undefined && spec.nice > 0) void giveWay(child.pid, spec.nice)
  }
  const ended = new Promise<string>(resolve => {
    child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`))
    child.once('error', error => resolve(error.message))
  }).then(async how => {
    forgetProcess(runDir, spec.name)
    await spec.afterEnd?.(how)
    return how
  })
  const send = async (signal: NodeJS.Signals) => void child.kill(signal)
  const sendToAll = async (signal: NodeJS.Signals) => {
    if (spec.withChildren === true) signalWithChildren(child, signal)
    else child.kill(signal)
  }
  return {
    pid: child.pid,
    ended,
    async stop() {
      await send(spec.stopSignal ?? 'SIGTERM')
      await sendToAll('SIGCONT') // a frozen process would never see the signal
      const timer = setTimeout(() => child.kill('SIGKILL'), spec.stopTimeoutMs ?? 20_000)
      await ended
      clearTimeout(timer)
    },
    kill: () => sendToAll('SIGKILL'),
    freeze: () => sendToAll('SIGSTOP'),
    thaw: () => sendToAll('SIGCONT')
  }
}

/** Stops the parent first: it would replace a child that ends, and a killed server's children would write a while longer. */
function signalWithChildren(parent: ChildProcess, signal: NodeJS.Signals): void {
  parent.kill('SIGSTOP')
  for (const pid of childrenOf(parent.pid)) {
    try {
      process.kill(pid, signal)
    } catch {
      // it ended between the look and the signal
    }
  }
  parent.kill(signal)
}

function childrenOf(pid: number | undefined): readonly number[] {
  const file = `/proc/${pid}/task/${pid}/children`
  return existsSync(file) ? readFileSync(file, 'utf8').split(' ').filter(Boolean).map(Number) : []
}

function spawnLogged({ command, args, env, onLine }: PartSpec, logFile: string): ChildProcess {
  if (existsSync(logFile) && statSync(logFile).size > 20 * 1024 * 1024) renameSync(logFile, `${logFile}.1`)
  const log = openSync(logFile, 'a')
  const output = onLine === undefined ? log : 'pipe'
  // Detached: Ctrl-C in the terminal only reaches the starter, which then stops the parts in order.
  const child = spawn(command, args, { env, stdio: ['ignore', output, output], detached: true })
  closeSync(log)
  if (onLine !== undefined) {
    for (const stream of [child.stdout, child.stderr]) if (stream !== null) createInterface(stream).on('line', onLine)
  }
  return child
}

/** Asks a part until it answers. When it ends first or takes too long, throws with the last lines of its log. */
async function waitForAnswer(spec: Answering, logFile: string, isRunning: () => boolean): Promise<void> {
  const { name, answers, startTimeoutMs: timeoutMs = 180_000 } = spec
  const patience = { retries: Infinity, minTimeout: 50, factor: 1, maxRetryTime: timeoutMs, shouldRetry: isRunning }
  await pRetry(answers, patience).catch((cause: unknown) => {
    const how = isRunning() ? `did not answer within ${timeoutMs / 1000} s` : 'ended while it started'
    throw new StackError('PART_DID_NOT_START', `${name} ${how}.${lastLines(logFile)}`, { cause })
  })
}

function lastLines(logFile: string): string {
  const log = existsSync(logFile) ? readFileSync(logFile, 'utf8').trimEnd() : ''
  return log === '' ? '' : ` The last lines of ${logFile}:\n  ${log.split('\n').slice(-8).join('\n  ')}`
}
