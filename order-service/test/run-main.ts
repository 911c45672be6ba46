import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished } from 'vitest'
import { eventually } from '@outbox-cdc/test-support/eventually'
import { fetchJson } from '@outbox-cdc/test-support/http'

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))

export type Started = { readonly child: ChildProcess; readonly output: () => string; readonly ended: Promise<unknown> }

/** Runs the service as a process of its own, on a free port, until the test ends. */
export function runMain(env: Record<string, string>, nodeOptions: readonly string[] = []): Started {
  const cwd = import.meta.dirname
  const child = spawn(process.execPath, [...nodeOptions, main], { env: { HTTP_PORT: '0', ...env }, stdio: 'pipe', cwd })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', chunk => (output += String(chunk)))
  onTestFinished(() => void child.kill('SIGKILL'))
  return { child, output: () => output, ended: once(child, 'exit').then(([code]) => code) }
}

export const lineOf = (output: string, message: string) =>
  output
    .split('\n')
    .filter(line => line.startsWith('{'))
    .map(line => JSON.parse(line))
    .find(({ msg }) => msg === message)

/** The address of the process, once it has started. */
export async function startedAt({ output }: Started): Promise<string> {
  const { port } = await eventually(() => {
    const line = lineOf(output(), 'started')
    expect(line).toBeDefined()
    return line
  })
  return `http://127.0.0.1:${port}`
}

export const placeOrder = (base: string) =>
  fetchJson(`${base}/order`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'joon', quantity: 95 })
  })
