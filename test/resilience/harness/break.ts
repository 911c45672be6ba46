import { existsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { eventually } from '../../support/eventually.ts'
import type { Bitten } from './fault.ts'
import type { Lab } from './lab.ts'

/** kill -9 from outside: nobody asked for it, and the supervisor of `npm start` has to notice by itself. */
export async function crash(lab: Lab, ...names: readonly string[]): Promise<Bitten> {
  const before = names.map(name => pidOf(lab, name))
  for (const pid of before) process.kill(pid, 'SIGKILL')
  await eventually(() =>
    refuse(
      before.some(pid => existsSync(`/proc/${pid}`)),
      'it still lives'
    )
  )
  const causeOverAt = Date.now()
  const after = await eventually(() => names.map((name, index) => anotherPid(lab, name, before[index] ?? 0)), {
    timeoutMs: 60_000
  })
  return { bite: names.map((name, i) => `${name} ${before[i]} killed, ${after[i]} started`).join('; '), causeOverAt }
}

/** kill -9, and back only after a while. */
export async function killFor(lab: Lab, name: string, ms: number): Promise<Bitten> {
  const part = lab.part(name)
  const pid = pidOf(lab, name)
  await part.kill()
  await sleep(ms)
  await part.start()
  return { bite: `${name} ${pid} away for ${ms / 1000} s`, causeOverAt: Date.now() }
}

/** SIGSTOP: every socket stays open, and nobody answers. */
export async function freezeFor(lab: Lab, name: string, ms: number): Promise<Bitten> {
  const part = lab.part(name)
  const pid = pidOf(lab, name)
  await part.freeze()
  await sleep(ms)
  await part.thaw()
  return { bite: `${name} ${pid} frozen for ${ms / 1000} s`, causeOverAt: Date.now() }
}

export function pidOf(lab: Lab, name: string): number {
  const pid = lab.part(name).pid()
  if (pid === undefined) throw new Error(`${name} does not run`)
  return pid
}

function anotherPid(lab: Lab, name: string, before: number): number {
  const pid = pidOf(lab, name)
  refuse(pid === before, `${name} was not started again`)
  return pid
}

function refuse(bad: boolean, why: string): void {
  if (bad) throw new Error(why)
}
