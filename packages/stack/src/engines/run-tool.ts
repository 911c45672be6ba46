import { execFile } from 'node:child_process'
import { StackError } from '../errors.ts'

type ToolOptions = { readonly cwd?: string; readonly timeoutMs?: number }

/** Runs a tool to its end and gives back what it printed; its own last words are in the error when it fails. */
export function runTool(command: string, args: readonly string[], options: ToolOptions = {}): Promise<string> {
  const limits = { cwd: options.cwd, timeout: options.timeoutMs ?? 600_000, maxBuffer: 64 * 1024 * 1024 }
  return new Promise((resolve, reject) => {
    execFile(command, [...args], limits, (error, stdout, stderr) => {
      if (error === null) return resolve(stdout + stderr)
      if (error.code === 'ENOENT') {
        return reject(new StackError('REQUIREMENT_MISSING', `${command} is not installed or not on the PATH.`))
      }
      const lastWords = (stderr.trim() || stdout.trim()).split('\n').slice(-15).join('\n')
      reject(new StackError('ENGINE_MISSING', `${command} failed:\n${lastWords}`, { cause: error }))
    })
  })
}
