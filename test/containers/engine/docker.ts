import { spawn } from 'node:child_process'

/** The `docker` command for one engine. */
export type Docker = {
  readonly env: NodeJS.ProcessEnv
  /** Runs the command and returns its output; when it fails, throws with the last lines. */
  run(args: readonly string[], options?: RunOptions): Promise<string>
  /** The same for a line of shell. */
  shell(line: string): Promise<string>
}

type RunOptions = { readonly env?: Readonly<Record<string, string>>; readonly timeoutMs?: number }

export function dockerWith(own: Readonly<Record<string, string>>): Docker {
  const env = { ...process.env, ...own, BUILDKIT_PROGRESS: 'plain' }
  return {
    env,
    run: (args, options = {}) =>
      runToEnd('docker', args, { env: { ...env, ...options.env }, timeout: options.timeoutMs ?? 300_000 }),
    shell: line => runToEnd('bash', ['-o', 'pipefail', '-c', line], { env, timeout: 300_000 })
  }
}

type Limits = { readonly env: NodeJS.ProcessEnv; readonly timeout: number }

function runToEnd(command: string, args: readonly string[], limits: Limits): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...limits, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    let words = ''
    child.stdout.on('data', chunk => (output += String(chunk)))
    child.stderr.on('data', chunk => (words += String(chunk)))
    child.on('error', reject)
    child.on('close', (code, signal) => {
      if (code === 0) return resolve(output)
      const lastWords = `${output}\n${words}`.trim().split('\n').slice(-25).join('\n')
      reject(new Error(`${command} ${args.join(' ')} ended with ${signal ?? code}:\n${lastWords}`))
    })
  })
}
