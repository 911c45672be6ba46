import { Command, CommanderError } from 'commander'
import { addApply } from './apply.ts'
import { addDiff } from './changes.ts'
import { type Context, positive } from './context.ts'
import { addDoctor } from './doctor.ts'
import { addKeep } from './keep.ts'
import { addDelete, addPauseResumeStop, addRestart } from './lifecycle.ts'
import { addOffsets } from './offsets.ts'
import { addSnapshot } from './snapshot.ts'
import { addStatus, addWait } from './status.ts'
import { addValidate } from './validate.ts'
import { addLogs, addPlugins } from './worker.ts'

const examples = `
Examples:
  connectctl validate                     check every file of connect-config
  connectctl diff; connectctl apply       show, then bring the cluster to what the files say
  connectctl status                       one verdict for each connector; exit code 1 when one is bad
  connectctl restart orders --only-failed
  connectctl offsets get orders > before.json
  connectctl keep connect-config/orders-connector.json --port 8084

Exit codes: 0 ok, 1 bad, 2 wrong usage. Results on stdout, notes on stderr.`

function createProgram(context: Context): Command {
  const { environment } = context
  const program = new Command('connectctl')
    .description('manages Kafka Connect connectors as files, and runs a keeper that checks whether events flow')
    .option(
      '--url <url>',
      'a worker of the cluster, or several separated by commas (CONNECT_URL)',
      environment['CONNECT_URL'] ?? 'http://127.0.0.1:8083'
    )
    .option('--dir <folder>', 'folder of connector files (CONNECT_DIR)', environment['CONNECT_DIR'] ?? 'connect-config')
    .option('--timeout <seconds>', 'how long to retry and to wait', positive('It takes a number of seconds.'), 60)
    .option('--json', 'print JSON', false)
    .addHelpText('after', examples)
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError('(see connectctl --help)')
  for (const add of [...verbs, ...moreVerbs]) add(program, context)
  return program
}

const verbs = [addValidate, addDiff, addApply, addStatus, addWait, addRestart, addPauseResumeStop, addDelete]
const moreVerbs = [addOffsets, addSnapshot, addLogs, addPlugins, addDoctor, addKeep]

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
    context.note(`✗ ${explain(error)}`)
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
