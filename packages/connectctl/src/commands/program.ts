import { Command, CommanderError, Option } from 'commander'
import { explain } from '../connect/errors.ts'
import { apply } from './apply.ts'
import { asJson, type Context, openSession, positive, type Verb } from './context.ts'
import { diff, validate } from './files.ts'
import { init } from './init.ts'
import { keep } from './keep.ts'
import { pause, remove, restart, resume, stop, wait } from './lifecycle.ts'
import { getOffsets, resetOffsets, setOffsets } from './offsets.ts'
import { snapshot } from './snapshot.ts'
import { doctor, status } from './status.ts'
import { logLevel, plugins } from './workers.ts'

const examples = `
Examples:
  connectctl init wallet --database wallet
                                          write connect-config/wallet.json, for the outbox of the database wallet
  connectctl validate                     check every file of connect-config
  connectctl diff; connectctl apply       show, then bring the cluster to what the files say
  connectctl status                       one verdict for each connector; exit code 1 when one is bad
  connectctl restart orders --only-failed
  connectctl offsets get orders > before.json
  connectctl keep connect-config/orders-connector.json --port 8084

Exit codes: 0 ok, 1 bad, 2 wrong usage. Results on stdout, notes on stderr.`

const forFiles = [init, validate, diff, apply]
const forConnectors = [status, wait, restart, pause, resume, stop, remove, snapshot]
const forCluster = [plugins, doctor, keep]
const groups = [
  ['offsets', 'show and change the position where a connector reads', [getOffsets, setOffsets, resetOffsets]],
  ['logs', "the workers' loggers", [logLevel]]
] as const

/** Runs one command line and returns its exit code: 0 ok, 1 bad, 2 wrong usage. Never throws. */
export async function run(args: readonly string[], context: Context): Promise<number> {
  let bad = false
  const addVerb = (program: Command, { usage, about, options = [], help = '', run: work }: Verb) => {
    const command = program.command(usage).description(about).addHelpText('after', help)
    for (const option of options) command.addOption(option)
    command.action(async (...given) => {
      const session = openSession(command, context)
      const report = await work(session, ...(given as never[]))
      if (report === undefined) return
      const text = session.json ? asJson(report.value) : report.text
      if (text !== '') context.write(text)
      bad = report.bad ?? false
    })
  }
  const program = createProgram(context)
  for (const verb of [...forFiles, ...forConnectors, ...forCluster]) addVerb(program, verb)
  for (const [name, about, members] of groups) {
    const group = program.command(name).description(about)
    for (const verb of members) addVerb(group, verb)
  }
  try {
    await program.parseAsync(args, { from: 'user' })
    return bad ? 1 : 0
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    context.note(`✗ ${explain(error)}`)
    return 1
  }
}

/** Without verbs: they inherit what is set here. */
function createProgram({ environment, write, note }: Context): Command {
  const usual = 'http://127.0.0.1:8083'
  const about = 'a worker of the cluster, or several separated by commas (CONNECT_URL)'
  const { CONNECT_URL: url = usual, CONNECT_DIR: dir = 'connect-config' } = environment
  return new Command('connectctl')
    .description('manages Kafka Connect connectors as files, and runs a keeper that checks whether events flow')
    .addOption(new Option('--url <url>', about).default(url, usual)) // the help shows no password
    .option('--dir <folder>', 'folder of connector files (CONNECT_DIR)', dir)
    .option('--timeout <seconds>', 'how long each request and each wait may take', positive, 60)
    .option('--json', 'print JSON')
    .addHelpText('after', examples)
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError('(see connectctl --help)')
    .exitOverride()
    .configureOutput({ writeOut: text => write(text.trimEnd()), writeErr: text => note(text.trimEnd()) })
}
