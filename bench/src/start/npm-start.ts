import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { join } from 'node:path'
import { portsOf, root, type Settings } from '@outbox-cdc/pipeline'
import { endProcess, endProcesses, livingProcesses } from '@outbox-cdc/stack'

export type Started = {
  /** From before npm was started until it said that everything is ready. */
  readonly seconds: number
  stop(): Promise<void>
}

/** Runs `npm start` as a person does, in the folder and on the ports of `settings`, until it says that it is ready. */
export async function npmStart(settings: Settings, say: (line: string) => void): Promise<Started> {
  const { system, dir, ports } = settings
  const variables = portsOf(system).map(({ name, variable }) => [variable, String(ports[name])])
  const env = { ...process.env, ...Object.fromEntries(variables), DATA_DIR: dir }
  const began = performance.now()
  const child = spawn('npm', ['start', '--', system.name], { cwd: root, env, stdio: ['ignore', 'pipe', 'inherit'] })
  const stop = () => stopStarted(dir)
  try {
    await new Promise<void>((resolve, reject) => {
      createInterface({ input: child.stdout }).on('line', line => {
        if (line.startsWith('Ready in')) resolve()
        if (/^[✓✗]/.test(line)) say(line)
      })
      child.once('error', reject)
      child.once('exit', () => reject(new Error(`npm start -- ${system.name} ended before it was ready`)))
      setTimeout(() => reject(new Error(`${system.name} was not ready within 5 min`)), 300_000).unref()
    })
  } catch (error) {
    await stop()
    throw error
  }
  const seconds = Math.round((performance.now() - began) / 100) / 10
  return {
    seconds,
    async stop() {
      const ended = child.exitCode === null ? once(child, 'exit') : undefined
      await stop()
      await ended
    }
  }
}

/** Asks the starter to stop everything in order, and ends what is left. */
async function stopStarted(dir: string): Promise<void> {
  const living = () => livingProcesses(join(dir, 'run'))
  const starter = (await living()).find(({ name }) => name === 'starter')
  if (starter !== undefined) await endProcess(starter, 60_000)
  await endProcesses(await living(), 10_000)
}
