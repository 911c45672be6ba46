import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { pathToFileURL } from 'node:url'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { leasePorts } from './port-lease.ts'

const block = 17

it('gives a process no port that another living one was given, though nothing listens on it', async () => {
  const other = await startHolder()
  try {
    const own = await leasePorts(block)
    expect(own.length).toBeGreaterThan(0)
    expect(own.filter(port => other.ports.includes(port))).toEqual([])
  } finally {
    await end(other.child)
  }
})

it('gives the ports of a killed process to the next one', async () => {
  const killed = await startHolder()
  await end(killed.child)
  const next = await startHolder(killed.ports)
  await end(next.child)
  expect(next.ports).toEqual(killed.ports)
})

/** A process that leases the first ports it can get from `block`, or those that were given to an earlier one, and waits. */
async function startHolder(earlier?: readonly number[]) {
  const first = earlier === undefined ? block : ((earlier[0] ?? 0) - 20_001) / 50
  const module = pathToFileURL(join(import.meta.dirname, 'port-lease.ts')).href
  const script = `
    import { leasePorts } from '${module}'
    console.log(JSON.stringify(await leasePorts(${first})))
    setTimeout(() => undefined, 60_000)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  return { child, ports: JSON.parse(line.toString()) as readonly number[] }
}

async function end(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
}
