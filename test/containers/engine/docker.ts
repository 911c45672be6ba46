import { execa } from 'execa'

/** The `docker` command for one engine. */
export type Docker = {
  readonly env: NodeJS.ProcessEnv
  /** Runs the command and returns its output; when it fails, throws with the last lines. */
  run(args: readonly string[], options?: RunOptions): Promise<string>
  /** The same for a line of shell. */
  shell(line: string): Promise<string>
}

type RunOptions = {
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  readonly timeoutMs?: number
}

export function dockerWith(own: Readonly<Record<string, string>>): Docker {
  const env = { ...process.env, ...own, BUILDKIT_PROGRESS: 'plain' }
  return {
    env,
    run: (args, options = {}) =>
      runToEnd('docker', args, {
        env: { ...env, ...options.env },
        cwd: options.cwd,
        timeout: options.timeoutMs ?? 300_000
      }),
    shell: line => runToEnd('bash', ['-o', 'pipefail', '-c', line], { env, cwd: undefined, timeout: 300_000 })
  }
}

type Limits = { readonly env: NodeJS.ProcessEnv; readonly cwd: string | undefined; readonly timeout: number }

async function runToEnd(command: string, args: readonly string[], limits: Limits): Promise<string> {
  const { cwd, ...others } = limits
  const options = {
    ...others,
    ...(cwd === undefined ? {} : { cwd }),
    stdin: 'ignore',
    all: true,
    reject: false,
    stripFinalNewline: false
  } as const
  const { failed, stdout, all, signal, exitCode } = await execa(command, args, options)
  if (!failed) return stdout
  const lastLines = all.trim().split('\n').slice(-25).join('\n')
  throw new Error(`${command} ${args.join(' ')} ended with ${signal ?? exitCode}:\n${lastLines}`)
}
