import { spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { endBrokenRuns } from '@outbox-cdc/test-support/end-broken-runs'
import { root } from '@outbox-cdc/pipeline'

/** The exit code of a run that a signal ended. */
export const interrupted = 130

/** Runs vitest and resolves with its exit code. Before and after, ends the engines of interrupted runs. */
export async function runVitest(args: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<number> {
  await endBrokenRuns()
  const vitest = spawn('vitest', ['run', '--root', root, ...args], { stdio: 'inherit', env })
  let stopped = false
  const end = (signal: NodeJS.Signals) => {
    stopped = true
    vitest.kill(signal)
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, end)
  const code = await new Promise<number>(resolve => vitest.on('exit', exitCode => resolve(exitCode ?? 1)))
  await endBrokenRuns()
  if (!stopped) return code
  // Its workers take a moment to notice, and until then their engines count as in use.
  for (const end = Date.now() + 5_000; Date.now() < end; await sleep(250)) await endBrokenRuns()
  return interrupted
}
