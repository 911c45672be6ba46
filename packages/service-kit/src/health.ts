import { setTimeout as wait } from 'node:timers/promises'
import { Router } from 'express'
import { onlyMethods } from './problem.ts'

/** Resolves when the check passes; throws the reason if not. */
export type Check = () => Promise<unknown>

type HealthOptions = {
  /** Checks that must pass before requests are sent to this process. */
  readonly ready: Readonly<Record<string, Check>>
  /** Checks that only a restart can heal. */
  readonly live?: Readonly<Record<string, Check>>
  readonly timeoutMs?: number
}

type Report = { readonly status: 'up' | 'down'; readonly checks: Readonly<Record<string, string>> }

export type Health = { readonly routes: Router; readonly beginStop: () => void }

const leaving: Report = { status: 'down', checks: { process: 'stopping' } }

/** `GET /health/live` and `GET /health/ready`: 200 or 503. Each check has a time limit; a stopping service isn't ready. */
export function createHealth({ ready, live = {}, timeoutMs = 1000 }: HealthOptions): Health {
  let stopping = false
  const reports = { live: shared(() => runAll(live, timeoutMs)), ready: shared(() => runAll(ready, timeoutMs)) }
  const routes = Router()
  for (const kind of ['live', 'ready'] as const) {
    routes
      .route(`/health/${kind}`)
      .get(async (_, response) => {
        const report = kind === 'ready' && stopping ? leaving : await reports[kind]()
        response.status(report.status === 'up' ? 200 : 503).json(report)
      })
      .all(onlyMethods('GET, HEAD'))
  }
  return { routes, beginStop: () => void (stopping = true) }
}

async function runAll(checks: Readonly<Record<string, Check>>, timeoutMs: number): Promise<Report> {
  const results = await Promise.all(
    Object.entries(checks).map(async ([name, check]) => [name, await outcome(check, timeoutMs)] as const)
  )
  const status = results.every(([, result]) => result === 'up') ? 'up' : 'down'
  return { status, checks: Object.fromEntries(results) }
}

async function outcome(check: Check, timeoutMs: number): Promise<string> {
  const late = wait(timeoutMs, `no answer within ${timeoutMs} ms`, { ref: false })
  try {
    return await Promise.race([check().then(() => 'up'), late])
  } catch (error) {
    return error instanceof Error ? error.message : 'down'
  }
}

// Concurrent requests share one run of a check: probes must not add load to a slow server.
function shared(run: () => Promise<Report>): () => Promise<Report> {
  let running: Promise<Report> | undefined
  return () => (running ??= run().finally(() => (running = undefined)))
}
