import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { env, execArgv } from 'node:process'
import type { Verdict, Verification } from './verify-provider.ts'

/** A verification that can be sent to another process. */
export type Order = Omit<Verification, 'contract' | 'mysql' | 'records'> & { readonly mysqlUrl: string | undefined }

/** What the process answers. */
export type Answer = { readonly verdict: Verdict } | { readonly error: string }

/**
 * Verifies providers in a process of its own, one after the other. Pact's verifier writes a long report to the terminal of its
 * process, and nothing turns that off.
 */
export function startVerifier() {
  const child = fork(join(import.meta.dirname, 'verifier-main.ts'), {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    execArgv: [...execArgv, '--disable-warning=DEP0060'],
    env: { ...env, PACT_DO_NOT_TRACK: 'true' }
  })
  return {
    async verify(order: Order): Promise<Verdict> {
      child.send(order)
      const answer = await nextAnswer(child)
      if ('error' in answer) throw new Error(answer.error)
      return answer.verdict
    },
    stop: () => child.disconnect()
  }
}

async function nextAnswer(child: ChildProcess): Promise<Answer> {
  const ended = new AbortController()
  const { signal } = ended
  try {
    return await Promise.race([
      once(child, 'message', { signal }).then(([answer]) => answer as Answer),
      once(child, 'exit', { signal }).then(([code]) => ({ error: `The verifier ended with exit code ${code}` }))
    ])
  } finally {
    ended.abort()
  }
}
