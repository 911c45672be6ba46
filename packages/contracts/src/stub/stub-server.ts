import { type ChildProcess, spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'

export type StubServer = {
  readonly url: string
  /** Resolves when its process has ended, for whatever reason. */
  readonly ended: Promise<void>
  readonly stop: () => Promise<void>
}

const startsWithinMs = 20_000

/** Runs the official stub server of Pact on some pacts, at a port or at a free one. It listens on all interfaces. */
export async function startStubServer(files: readonly string[], port: number): Promise<StubServer> {
  const args = ['stub', '--port', String(port), '--loglevel', 'info', ...files.flatMap(file => ['--file', file])]
  const child = spawn(officialTool(), args, {
    env: { PACT_DO_NOT_TRACK: 'true', NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe']
  })
  const ended = new Promise<void>(resolve => child.once('close', () => resolve()))
  const stop = async () => {
    child.kill()
    await ended
  }
  try {
    return { url: `http://127.0.0.1:${await portOf(child, port)}`, ended, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** Not the command in node_modules/.bin: that one leaves its child behind when it is ended. */
function officialTool(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  const { resolve } = createRequire(import.meta.url)
  return join(dirname(resolve(`@pact-foundation/pact-cli-${platform}-${process.arch}/package.json`)), 'standalone/pact')
}

/** Where it listens, once it does. */
function portOf(child: ChildProcess, wanted: number): Promise<number> {
  const said: string[] = []
  let isUp = false
  return new Promise((resolve, reject) => {
    const fail = (sentence: string) => reject(new Error(sentence))
    const timer = setTimeout(
      () => fail(`The stub server did not start within ${startsWithinMs / 1000} s.`),
      startsWithinMs
    )
    const hear = (line: string) => {
      const port = /Server started on port (\d+)/.exec(line)?.[1]
      if (isUp) return
      said.push(line)
      if (port === undefined) return
      isUp = true
      clearTimeout(timer)
      resolve(Number(port))
    }
    for (const stream of [child.stdout, child.stderr])
      if (stream !== null) createInterface({ input: stream }).on('line', hear)
    child.once('error', error => fail(`The stub server can't be started: ${error.message}`))
    child.once('close', () => {
      clearTimeout(timer)
      const text = said.join('\n')
      fail(/address in use/i.test(text) ? `Port ${wanted} is taken.` : `The stub server ended:\n${text}`)
    })
  })
}
