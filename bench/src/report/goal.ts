import type { Host } from '../lab/machine.ts'

export type Goal = {
  readonly goal: string
  readonly wanted: string
  /** Left out when it was not measured: nothing is said about it then. */
  readonly verdict?: Verdict & { readonly origin: string }
}

export type Verdict = { readonly measured: string; readonly reached: boolean }

/** What results of every kind say about themselves. */
export type Origin = { readonly startedAt: string; readonly machine: Pick<Host, 'cores' | 'commit'> }

/** A goal judged by one result; `judge` returns undefined when the result lacks what the goal speaks of. */
export function goalOf<R extends Origin>(
  words: { readonly goal: string; readonly wanted: string },
  result: R | undefined,
  judge: (result: R) => Verdict | undefined
): Goal {
  const verdict = result === undefined ? undefined : judge(result)
  return result === undefined || verdict === undefined
    ? words
    : { ...words, verdict: { ...verdict, origin: originText(result) } }
}

/** Where and when a figure comes from: the results in one report may differ in both. */
export function originText({ startedAt, machine }: Origin): string {
  return `${machine.cores} cores, ${startedAt.slice(0, 10)}, ${machine.commit}`
}
