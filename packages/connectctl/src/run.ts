import { CommanderError } from 'commander'
import type { Command } from 'commander'
import type { Context } from './commands/context.ts'
import { createProgram } from './commands/program.ts'
import { ConnectctlError } from './errors.ts'

/** Runs one command line and returns its exit code: 0 ok, 1 bad, 2 wrong usage. Never throws. */
export async function run(args: readonly string[], context: Omit<Context, 'markBad'>): Promise<number> {
  let bad = false
  const program = createProgram({ ...context, markBad: () => (bad = true) })
  exitByThrowing(program, context)
  try {
    await program.parseAsync(args, { from: 'user' })
    return bad ? 1 : 0
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    context.note(error instanceof ConnectctlError ? `✗ ${error.message}` : `✗ ${explain(error)}`)
    return 1
  }
}

function exitByThrowing(command: Command, context: Omit<Context, 'markBad'>): void {
  command.exitOverride().configureOutput({
    writeOut: text => context.write(text.trimEnd()),
    writeErr: text => context.note(text.trimEnd())
  })
  for (const child of command.commands) exitByThrowing(child, context)
}

/** Puts an error of the database or of Kafka into one line. */
function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.message === '' && 'code' in error ? String(error.code) : error.message
}
