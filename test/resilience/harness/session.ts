import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { root } from '@outbox-cdc/pipeline'
import { runsFile } from './record-run.ts'

const sessionFile = join(root, '.data/resilience/session.json')
const claims = join(root, '.data/resilience/claims')

/** The options of a session. The same options again continue a session that was interrupted. */
export type Wish = { readonly quick: boolean; readonly only: string; readonly repeat: number }

export type Step = { readonly name: string; readonly pass: number }
type Done = {
  readonly fault: string
  readonly session?: string
  readonly pass?: number
  readonly tookMs?: number
  readonly quick?: boolean
}

export type Session = {
  readonly id: string
  /** The steps that are left, pass by pass. */
  readonly left: readonly Step[]
  /** The line before a run: its number, the total, and an estimate of the remaining time. */
  announce(step: Step): string
  /** False when the process beside this one has started it. */
  claim(step: Step): Promise<boolean>
  /** Ends the session if no step is left. */
  close(): Promise<void>
}

/** Continues the interrupted session if it had the same options, else starts a new one. Drops all claims. */
export async function beginSession(wish: Wish, fresh: boolean): Promise<void> {
  if (fresh) await rm(sessionFile, { force: true })
  await rm(claims, { recursive: true, force: true })
  await idFor(wish)
}

export async function openSession(names: readonly string[], wish: Wish): Promise<Session> {
  const id = await idFor(wish)
  const readRecorded = async () => (await readDone()).filter(({ quick }) => quick === wish.quick)
  const recorded = await readRecorded()
  const steps = Array.from({ length: wish.repeat }, (_, index) => names.map(name => ({ name, pass: index + 1 }))).flat()
  const leftOf = (runs: readonly Done[]) =>
    remaining(
      steps,
      runs.filter(({ session }) => session === id)
    )
  const left = leftOf(recorded)
  return {
    id,
    left,
    announce(step) {
      const index = left.findIndex(({ name, pass }) => name === step.name && pass === step.pass)
      const restMs = estimate(left.slice(index), recorded)
      const number = steps.length - left.length + index + 1
      return `${number} of ${steps.length}: ${step.name}, pass ${step.pass} of ${wish.repeat}; about ${Math.ceil(restMs / 60_000)} min to go`
    },
    claim: ({ name, pass }) =>
      mkdir(join(claims, id), { recursive: true })
        .then(() => mkdir(join(claims, id, `${pass}-${name}`)))
        .then(
          () => true,
          () => false
        ),
    async close() {
      if (leftOf(await readRecorded()).length === 0) await rm(sessionFile, { force: true })
    }
  }
}

export function remaining(steps: readonly Step[], done: readonly Done[]): readonly Step[] {
  return steps.filter(({ name, pass }) => !done.some(run => run.fault === name && run.pass === pass))
}

const usualMs = 45_000

/** The time that the same faults took last time; a usual time for those that never ran. */
export function estimate(steps: readonly Step[], runs: readonly Done[]): number {
  const last = new Map(runs.flatMap(({ fault, tookMs }) => (tookMs === undefined ? [] : [[fault, tookMs] as const])))
  return steps.reduce((sum, { name }) => sum + (last.get(name) ?? usualMs), 0)
}

async function idFor(wish: Wish): Promise<string> {
  const text = await readFile(sessionFile, 'utf8').catch(() => '{}')
  const open = JSON.parse(text) as { id?: string; wish?: Wish }
  if (open.id !== undefined && JSON.stringify(open.wish) === JSON.stringify(wish)) return open.id
  const id = Date.now().toString(36)
  await mkdir(dirname(sessionFile), { recursive: true })
  await writeFile(sessionFile, JSON.stringify({ id, wish }))
  return id
}

async function readDone(): Promise<readonly Done[]> {
  const text = await readFile(runsFile, 'utf8').catch(() => '')
  return text
    .split('\n')
    .filter(Boolean)
    .map(line => JSON.parse(line) as Done)
}
