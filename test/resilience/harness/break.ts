import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { run } from '@outbox-cdc/connectctl'
import { root } from '@outbox-cdc/pipeline'
import { eventually } from '../../support/eventually.ts'
import type { Injected } from './fault.ts'
import type { Lab } from './lab.ts'

/** kill -9 from outside, so that the supervisor of `npm start` has to notice and restart it. */
export async function crash(lab: Lab, ...names: readonly string[]): Promise<Injected> {
  const before = names.map(name => pidOf(lab, name))
  for (const pid of before) process.kill(pid, 'SIGKILL')
  await eventually(() =>
    throwIf(
      before.some(pid => existsSync(`/proc/${pid}`)),
      'it still runs'
    )
  )
  const causeOverAt = Date.now()
  const after = await eventually(() => names.map((name, index) => anotherPid(lab, name, before[index] ?? 0)), {
    timeoutMs: 120_000
  })
  return {
    observed: names.map((name, i) => `${name} ${before[i]} killed, ${after[i]} started`).join('; '),
    causeOverAt
  }
}

/** kill -9, and a start after `ms`. */
export async function killFor(lab: Lab, name: string, ms: number): Promise<Injected> {
  const part = lab.part(name)
  const pid = pidOf(lab, name)
  await part.kill()
  await sleep(ms)
  await part.start()
  return { observed: `${name} ${pid} away for ${ms / 1000} s`, causeOverAt: Date.now() }
}

/** SIGSTOP: every socket stays open, and nothing answers. */
export async function freezeFor(lab: Lab, name: string, ms: number): Promise<Injected> {
  const part = lab.part(name)
  const pid = pidOf(lab, name)
  await part.freeze()
  await sleep(ms)
  await part.thaw()
  return { observed: `${name} ${pid} frozen for ${ms / 1000} s`, causeOverAt: Date.now() }
}

function pidOf(lab: Lab, name: string): number {
  const pid = lab.part(name).pid()
  if (pid === undefined) throw new Error(`${name} does not run`)
  return pid
}

function anotherPid(lab: Lab, name: string, before: number): number {
  const pid = pidOf(lab, name)
  throwIf(pid === before, `${name} was not started again`)
  return pid
}

function throwIf(bad: boolean, why: string): void {
  if (bad) throw new Error(why)
}

/** Runs a command of the runbook. */
export async function runConnectctl({ pipeline }: Lab, command: string): Promise<void> {
  const said: string[] = []
  const code = await run(command.split(' '), {
    environment: { ...pipeline.addresses, CONNECT_DIR: join(root, 'connect-config') },
    write: text => void said.push(text),
    note: text => void said.push(text),
    confirm: () => Promise.resolve(false),
    colour: false,
    untilStopped: () => Promise.resolve()
  })
  if (code !== 0) throw new Error(`connectctl ${command} ended with ${code}: ${said.join('; ')}`)
}
