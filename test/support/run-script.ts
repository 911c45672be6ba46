import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { type ExternalServers, type Settings, portsOf, root } from '@outbox-cdc/pipeline'
import { eventually } from './eventually.ts'

export type RunningScript = {
  readonly child: ChildProcess
  output(): string
  /** Waits until the output so far matches. */
  says(pattern: RegExp, timeoutMs?: number): Promise<RegExpExecArray>
  /** Waits for the end and returns the exit code, or the signal that ended it. */
  ended(timeoutMs?: number): Promise<number | string>
}

/** Runs one of our scripts as the npm command of the same name would, against the folder and ports of `settings`. */
export const runScript = (file: string, settings: Settings, args: readonly string[] = []): RunningScript =>
  runScriptWith(file, environmentOf(settings), args)

/** The same with these variables beside those of this process. */
export function runScriptWith(
  file: string,
  variables: Readonly<Record<string, string>>,
  args: readonly string[] = []
): RunningScript {
  const child = spawn(process.execPath, [join(root, file), ...args], { env: { ...process.env, ...variables } })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => (output += String(chunk)))
  const end = new Promise<number | string>(resolve =>
    child.on('exit', (code, signal) => resolve(code ?? signal ?? 'lost'))
  )
  return {
    child,
    output: () => output,
    async says(pattern, timeoutMs = 120_000) {
      const saidOrEnded = () => {
        const match = pattern.exec(output)
        if (match !== null || child.exitCode !== null) return match
        throw new Error(`${file} did not say ${String(pattern)} in time; it said:\n${output}`)
      }
      const match = await eventually(saidOrEnded, { timeoutMs })
      if (match === null) throw new Error(`${file} ended without saying ${String(pattern)}; it said:\n${output}`)
      return match
    },
    async ended(timeoutMs = 120_000) {
      const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs)
      return end.finally(() => clearTimeout(timer))
    }
  }
}

function environmentOf({ system, dir, ports, replicas, external }: Settings): Record<string, string> {
  const variables = portsOf(system, replicas).map(({ name, variable }) => [variable, String(ports[name])])
  return { DATA_DIR: dir, ...Object.fromEntries(variables), ...(external === undefined ? {} : servers(external)) }
}

function servers({ mysql, postgres, kafka, connect, variables }: ExternalServers): Record<string, string> {
  return {
    STACK: 'external',
    ...database('MYSQL', 'MYSQL_ROOT_PASSWORD_FILE', mysql),
    ...database('POSTGRES', 'POSTGRES_PASSWORD_FILE', postgres),
    KAFKA_BROKERS: kafka.brokers.join(),
    CONNECT_URL: connect.urls.join(),
    ...variables
  }
}

function database(name: string, passwordFile: string, server: ExternalServers['mysql']): Record<string, string> {
  if (server === undefined) return {}
  return { [`${name}_HOST`]: server.host, [`${name}_PORT`]: String(server.port), [passwordFile]: server.passwordFile }
}
