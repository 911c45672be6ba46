import { spreadOf } from '../stats.ts'
import { type Goal, goalOf } from './goal.ts'
import type { HealingRecord, StartRecord } from './records.ts'
import { figure, spread } from './text.ts'

/** The most that a warm start may take, by the number of cores. */
const mostSeconds = [
  { cores: 2, seconds: 9 },
  { cores: 4, seconds: 6 }
] as const

/** What `npm start` starts when it is given no name. */
const theSystem = 'orders-and-deliveries'

export function startGoals(records: readonly StartRecord[]): readonly Goal[] {
  const on = (cores: number) => records.find(({ of, machine }) => of === theSystem && machine.cores === cores)
  return [
    ...mostSeconds.map(({ cores, seconds }) =>
      goalOf({ goal: `\`npm start\`, warm, on ${cores} cores`, wanted: `≤ ${seconds} s` }, on(cores), own => ({
        measured: `${spread(own.warmSeconds)} s; ${figure(own.newDataSeconds)} s with new data`,
        reached: spreadOf(own.warmSeconds).median <= seconds
      }))
    ),
    goalOf({ goal: 'The whole system at rest, on 2 cores', wanted: '≤ 10 % of one core together' }, on(2), own => ({
      measured: `${figure(atRest(own))} % (${shares(own)})`,
      reached: atRest(own) <= 10
    }))
  ]
}

export function healingGoals(records: readonly HealingRecord[]): readonly Goal[] {
  const words = {
    goal: 'Connect is killed (`kill -9`) under 200 orders/s: until events flow again',
    wanted: '≤ 12 s in every run'
  }
  return [
    goalOf(words, newestOf(records, 'connect-killed'), ({ runs }) => {
      const seconds = runs.map(({ healedMs }) => healedMs / 1_000)
      const lost = runs.reduce((sum, run) => sum + run.lost, 0)
      if (runs.length === 0) return undefined
      return {
        measured: `${spread(seconds)} s in ${runs.length} runs, ${lost} orders lost`,
        reached: lost === 0 && Math.max(...seconds) <= 12
      }
    })
  ]
}

/** The newest start of the system that `npm start` starts without a name. */
export function startOf(records: readonly StartRecord[]): StartRecord | undefined {
  return newestOf(records, theSystem)
}

export function startSentence(own: StartRecord): string {
  return `\`npm start\` is up after ${spread(own.warmSeconds)} s, with new data after ${figure(own.newDataSeconds)} s; at rest all processes together take ${figure(atRest(own))} % of one core`
}

function newestOf<R extends { readonly of: string; readonly startedAt: string }>(records: readonly R[], name: string) {
  return records
    .filter(({ of }) => of === name)
    .toSorted((one, other) => one.startedAt.localeCompare(other.startedAt))
    .at(-1)
}

function atRest({ cpuPercent }: StartRecord): number {
  return Object.values(cpuPercent).reduce((sum, each) => sum + each, 0)
}

function shares({ cpuPercent }: StartRecord): string {
  return Object.entries(cpuPercent)
    .toSorted(([, one], [, other]) => other - one)
    .map(([name, percent]) => `${name} ${figure(percent)}`)
    .join(', ')
}
