import { Command, CommanderError } from 'commander'
import { auditCommand } from './audit-command.ts'
import { CommandError, type Edge } from './edge.ts'
import { parkedCommand } from './parked-command.ts'
import { sagaCommand } from './saga-command.ts'

/** Runs one `outboxctl` command line; resolves to the exit code. */
export async function runOutboxctl(args: readonly string[], edge: Edge): Promise<number> {
  const program = new Command('outboxctl')
    .description('handles parked events, audits a transactional outbox, and follows a saga')
    .addCommand(parkedCommand(edge))
    .addCommand(auditCommand(edge))
    .addCommand(sagaCommand(edge))
  for (const command of [program, ...program.commands.flatMap(one => [one, ...one.commands])])
    command
      .exitOverride()
      .configureOutput({ writeOut: text => edge.write(text.trimEnd()), writeErr: text => edge.note(text.trimEnd()) })
  try {
    await program.parseAsync([...args], { from: 'user' })
    return 0
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    if (!(error instanceof Error)) throw error
    const silent = error instanceof CommandError && error.message === ''
    if (!silent) edge.note(`✗ ${reasonOf(error)}`)
    return error instanceof CommandError ? error.exitCode : 2
  }
}

// A refused connection has no message: Node puts one error for each address inside.
function reasonOf(error: Error): string {
  if (error.message !== '') return error.message
  return error instanceof AggregateError ? error.errors.map(String).join('; ') : error.name
}
