import { execa } from 'execa'
import { StackError } from '../errors.ts'

/** Runs a tool to its end and returns what it printed; when it fails, the error ends with the last lines of its output. */
export async function runTool(command: string, args: readonly string[], timeout = 600_000): Promise<string> {
  const result = await execa(command, args, { timeout, all: true, reject: false, stripFinalNewline: false })
  if (!result.failed) return result.all
  if (result.code === 'ENOENT')
    throw new StackError('REQUIREMENT_MISSING', `${command} is not installed or not on the PATH.`)
  const lastLines = (result.stderr.trim() || result.stdout.trim()).split('\n').slice(-15).join('\n')
  throw new StackError('ENGINE_MISSING', `${command} failed:\n${lastLines}`, { cause: result })
}
