import { parseArgs } from 'node:util'
import type { Knex } from 'knex'
import { isLockConflict } from '../database-errors.ts'
import { asError } from '../errors.ts'
import { forTerminal } from '../json-text.ts'
import type { KafkaClient } from '../kafka/kafka-client.ts'
import { progressLine } from './progress-line.ts'
import { rebuildView } from './rebuild-view.ts'
import { reportOf } from './report.ts'
import type { Progress, RebuildOptions, View } from './view.ts'

/** The views of a consumer group, and how to reach what they are rebuilt from. */
export type RebuildCommandOptions = Pick<RebuildOptions, 'group' | 'decoding'> & {
  /** What follows the file's name on the command line: `process.argv.slice(2)`. */
  readonly args: readonly string[]
  readonly views: readonly View[]
  /**
   * Called once the arguments make sense. `db` needs an account that may create and rename tables, the settings that the
   * service has, such as its time zone, and patience: a statement may compare whole tables.
   */
  readonly connect: () => { readonly db: Knex; readonly kafka: KafkaClient }
}

/**
 * A command line for `rebuildView`: compares a view and prints what differs, or swaps the rebuilt one in. SIGINT and SIGTERM end
 * it between two transactions, and the same command continues. Resolves to the exit code: 0 if nothing differs or it was
 * swapped, 1 if rows differ or it failed, 2 for wrong arguments, 130 if it was ended.
 */
export async function rebuildCommand({
  args,
  views,
  group,
  decoding,
  connect
}: RebuildCommandOptions): Promise<number> {
  const usage = usageOf(views)
  if (args.includes('--help')) return say(usage)
  const asked = readArguments(args, views)
  if (typeof asked === 'string') return complain(`${asked}\n\n${usage}`, 2)
  const { view, swap, dropMissing } = asked
  const ending = new AbortController()
  const end = () => ending.abort()
  for (const signal of signals) process.on(signal, end)
  const progress = progressLine(process.stdout, view.table)
  const note = (fields: { readonly err?: unknown }, message: string) => {
    // Events of one row that come from several topics wait for each other.
    if (isLockConflict(fields.err)) return
    complain(fields.err === undefined ? message : `${message}: ${asError(fields.err).message}`, 0)
  }
  const logger = { debug() {}, info() {}, warn: note, error: note }
  let servers: ReturnType<typeof connect> | undefined
  try {
    servers = connect()
    const options = { ...servers, view, group, logger, swap, dropMissing, ...(decoding && { decoding }) }
    const { signal } = ending
    const onProgress = (read: Progress) => progress.show(read)
    const rebuilt = await rebuildView({ ...options, signal, onProgress })
    progress.end()
    for (const line of reportOf(view, rebuilt)) say(line)
    return rebuilt.swapped || rebuilt.differences.length === 0 ? 0 : 1
  } catch (error) {
    progress.end()
    if (ending.signal.aborted) return complain('Ended. The same command continues where it ended.', 130)
    return complain(`✗ ${asError(error).message}`, 1)
  } finally {
    for (const signal of signals) process.off(signal, end)
    await Promise.all([servers?.db.destroy(), servers?.kafka.close()])
  }
}

const signals = ['SIGINT', 'SIGTERM'] as const

function usageOf(views: readonly View[]): string {
  return `Usage: VIEW [options], where VIEW is ${namesOf(views)}

Reads the topics of the view from the beginning into VIEW_rebuilt, compares that with VIEW row by row, and prints what differs.
The service goes on meanwhile.

  --swap          then puts the rebuilt table in the place of VIEW, in one statement; the one before stays as VIEW_old
  --drop-missing  swaps also if the rebuilt table lacks rows, such as those whose events are gone by retention
  --help          this text

Exit code 0 if nothing differs or it was swapped, 1 if rows differ or it failed, 2 for wrong arguments.
Ctrl-C ends it with 130, and the same command continues.`
}

const namesOf = (views: readonly View[]) => views.map(({ table }) => table).join(' or ')

function readArguments(args: readonly string[], views: readonly View[]) {
  const flag = { type: 'boolean', default: false } as const
  try {
    const options = { swap: flag, 'drop-missing': flag }
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true })
    const view = views.find(({ table }) => table === positionals[0])
    if (view === undefined || positionals.length > 1)
      return `✗ Which view? Expected ${namesOf(views)}, not ${positionals.join(' ') || 'nothing'}`
    return { view, swap: values.swap, dropMissing: values['drop-missing'] }
  } catch (error) {
    return `✗ ${asError(error).message}`
  }
}

function say(text: string): number {
  process.stdout.write(`${forTerminal(text)}\n`)
  return 0
}

function complain(text: string, exitCode: number): number {
  process.stderr.write(`${forTerminal(text)}\n`)
  return exitCode
}
