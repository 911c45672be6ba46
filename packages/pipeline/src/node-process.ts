import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type Part, createPart, requireOk } from '@outbox-cdc/stack'
import { lineFile } from './line-file.ts'
import { root } from './load-system.ts'

export type NodeProcess = {
  readonly name: string
  /** What traces call it, as all its replicas; its name if left out. */
  readonly service?: string
  /** The TypeScript file, from the root of the repository. */
  readonly file: string
  readonly args?: readonly string[]
  readonly env: Readonly<Record<string, string>>
  /** Answers 2xx as soon as the process can be used. */
  readonly readyUrl: string
  /** Sends traces, if OTEL_EXPORTER_OTLP_ENDPOINT says where to. */
  readonly traced?: boolean
  /** While the cores are busy, processes with a lower one go first. 0 if left out. */
  readonly nice?: number
}

export type NodeProcessOptions = { readonly dir: string; readonly onLog: (name: string, line: string) => void }

/** One of our own processes as a part: its log goes to a file and, line by line, to the terminal. */
export function createNodePart(spec: NodeProcess, { dir, onLog }: NodeProcessOptions): Part {
  const logFile = join(dir, 'logs', `${spec.name}.log`)
  const append = lineFile(logFile, error => onLog(spec.name, `can't write its log file: ${error.message}`))
  const tracing = spec.traced === true ? tracingOf(spec.service ?? spec.name) : undefined
  return createPart({
    name: spec.name,
    command: process.execPath,
    args: [...(tracing?.args ?? []), join(root, spec.file), ...(spec.args ?? [])],
    env: environment({ ...tracing?.env, ...spec.env }),
    dir,
    nice: spec.nice ?? 0,
    startTimeoutMs: 120_000,
    stopTimeoutMs: 12_000,
    answers: () => requireOk(spec.readyUrl),
    onLine(line) {
      onLog(spec.name, line)
      append(line)
    }
  })
}

/** Runs one of our files to its end and resolves with what it printed; when it fails, the error holds its output. */
export async function runNode(
  file: string,
  env: Readonly<Record<string, string>>,
  args: readonly string[] = []
): Promise<string> {
  const run = promisify(execFile)(process.execPath, [join(root, file), ...args], {
    env: environment(env),
    maxBuffer: 64 * 1024 * 1024
  })
  const { stdout, stderr } = await run.catch(error => {
    const said = `${error.stdout ?? ''}${error.stderr ?? ''}`.trim()
    throw new Error(`${file} ended with code ${error.code ?? error.signal}:\n${said}`)
  })
  return stdout + stderr
}

/** Runs one of our files in this terminal to its end, and resolves to its exit code. */
export async function runInTerminal(
  file: string,
  env: Readonly<Record<string, string>>,
  args: readonly string[]
): Promise<number> {
  const child = spawn(process.execPath, [join(root, file), ...args], { stdio: 'inherit', env: environment(env) })
  // A terminal sends Ctrl-C to the child itself.
  const passOn = (signal: NodeJS.Signals) =>
    signal === 'SIGINT' && process.stdin.isTTY ? undefined : child.kill(signal)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, passOn)
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null]
  return code ?? (signal === 'SIGINT' ? 130 : 1)
}

const passedOn = [
  'PATH',
  'HOME',
  'TZ',
  'LANG',
  'NODE_OPTIONS',
  'NODE_COMPILE_CACHE',
  'KAFKAJS_NO_PARTITIONER_WARNING',
  'LOG_LEVEL'
]

/** Undefined when there is nowhere to send traces to: then nothing of OpenTelemetry is loaded. */
function tracingOf(name: string) {
  const { OTEL_EXPORTER_OTLP_ENDPOINT = '', OTEL_EXPORTER_OTLP_HEADERS = '' } = process.env
  if (OTEL_EXPORTER_OTLP_ENDPOINT === '') return undefined
  return {
    args: ['--import', join(root, 'packages/service-kit/src/tracing.ts')],
    env: { OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_HEADERS, OTEL_SERVICE_NAME: name }
  }
}

/** A variable of the starter's own environment, which a description names. */
export const starterVariable = (name: string): string | undefined => process.env[name]

/** Only what a process needs, because the starter's own environment may hold secrets. */
function environment(own: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  return { ...Object.fromEntries(passedOn.map(name => [name, process.env[name]])), ...own }
}
