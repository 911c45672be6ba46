import { setTimeout as sleep } from 'node:timers/promises'

/** Resolves with what is wrong with a process, or with undefined. */
export type LivenessProbe = () => Promise<string | undefined>

const usual = { everyMs: 5_000, failures: 3 }
export type LivenessTimes = typeof usual

/** Asks again and again. Resolves with the reason after as many failures in a row; with undefined when the signal ends it. */
export async function untilDead(
  probe: LivenessProbe,
  signal: AbortSignal,
  { everyMs, failures } = usual
): Promise<string | undefined> {
  for (let failed = 0; ; ) {
    await sleep(everyMs, undefined, { signal, ref: false }).catch(() => undefined)
    if (signal.aborted) return undefined
    const reason = await probe()
    failed = reason === undefined ? 0 : failed + 1
    if (failed === failures) return `failed its liveness probe ${failures} times in a row (${reason}) and was killed`
  }
}

/**
 * Asks `/health/live` of a process. It's dead when it answers 5xx or nothing in time. A process that was stopped or frozen
 * on purpose, or that has no such path, isn't.
 */
export function livenessProbe(
  part: { readonly shouldAnswer: () => boolean },
  url: string,
  withinMs = 1_000
): LivenessProbe {
  return async () => {
    if (!part.shouldAnswer()) return undefined
    const reason = await fetch(url, { signal: AbortSignal.timeout(withinMs) }).then(
      async answer => {
        const text = await answer.text()
        return answer.status < 500 ? undefined : `${answer.status} ${text.slice(0, 300)}`
      },
      (error: Error) => (error.name === 'TimeoutError' ? `no answer within ${withinMs / 1_000} s` : 'no connection')
    )
    return part.shouldAnswer() ? reason : undefined
  }
}
