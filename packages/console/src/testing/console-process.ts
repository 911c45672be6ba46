import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { HopInput } from '@outbox-cdc/outbox/hops'

export type ConsoleProcess = {
  readonly url: string
  /** The most memory that it has held so far, in megabytes. */
  mostMegabytes(): Promise<number>
  /** What it has read so far, from files and sockets. */
  bytesRead(): Promise<number>
  stop(): Promise<void>
}

const main = join(import.meta.dirname, '../cli.ts')

/** The console as `npm start` runs it, in a process of its own, so that its memory can be measured (on Linux). */
export async function startConsoleProcess(
  env: Readonly<Record<string, string>>,
  hops: readonly HopInput[]
): Promise<ConsoleProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'hops-'))
  const file = join(folder, 'hops.json')
  await writeFile(file, JSON.stringify(hops))
  const child = spawn(process.execPath, ['--max-semi-space-size=4', '--max-old-space-size=192', main], {
    env: { CONSOLE_PORT: '0', HOPS_FILE: file, ...env },
    stdio: ['ignore', 'pipe', 'inherit']
  })
  const port = await portIn(child)
  const proc = (file: string) => readFile(`/proc/${child.pid}/${file}`, 'utf8')
  return {
    url: `http://127.0.0.1:${port}`,
    mostMegabytes: async () => figureIn(await proc('status'), /VmHWM:\s+(\d+) kB/) / 1024,
    bytesRead: async () => figureIn(await proc('io'), /rchar: (\d+)/),
    async stop() {
      await rm(folder, { recursive: true, force: true })
      if (child.exitCode !== null) return
      child.kill()
      await once(child, 'exit')
    }
  }
}

function figureIn(text: string, pattern: RegExp): number {
  return Number(pattern.exec(text)?.[1])
}

/** It logs its port when it listens. */
function portIn(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('exit', code => reject(new Error(`The console ended with ${code} before it listened`)))
    child.stdout?.on('data', chunk => {
      const port = /"port":(\d+)/.exec(String(chunk))?.[1]
      if (port !== undefined) resolve(Number(port))
    })
  })
}
