import { setTimeout as wait } from 'node:timers/promises'
import { Router } from 'express'

/** Resolves when all is well, else throws with the reason. */
export type Check = () => Promise<unknown>

type HealthOptions = {
  /** What must be well for requests to be sent here. */
  readonly ready: Readonly<Record<string, Check>>
  /** What only a restart could make well. */
  readonly live?: Readonly<Record<string, Check>>
  readonly timeoutMs?: number
}

type Report = { readonly status: 'up' | 'down'; readonly checks: Readonly<Record<string, string>> }

export type Health = { readonly routes: Router; readonly beginStop: () => void }

const leaving: Report = { status: 'down', checks: { process: 'stopping' } }

/** `GET /health/live` and `GET /health/ready`: 200 or 503, each check bounded, and readiness red once a stop begins. */
export function createHealth({ ready, live = {}, timeoutMs = 1000 }: HealthOptions): Health {
  let stopping = false
  const reports = { live: shared(() => runAll(live, timeoutMs)), ready: shared(() => runAll(ready, timeoutMs)) }
  const routes = Router()
  for (const kind of ['live', 'ready'] as const) {
    routes.get(`/health/${kind}`, async (_, response) => {
      const report = kind === 'ready' && stopping ? leaving : await reports[kind]()
      response.status(report.status === 'up' ? 200 : 503).json(report)
    })
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

// However many ask at once, a check runs once: a probe must not add to the load of what is already slow.
function shared(run: () => Promise<Report>): () => Promise<Report> {
  let running: Promise<Report> | undefined
  return () => (running ??= run().finally(() => (running = undefined)))
}
