import type { Logger } from '@outbox-cdc/service-kit'

export type Pruning = { readonly start: () => void; readonly stop: () => Promise<void> }

const everyMs = 60_000

/** Prunes a batch every minute, and the next one at once if the batch was full. Retries a failure after a minute. */
export function createPruning(prune: (limit: number) => Promise<number>, logger: Logger): Pruning {
  const limit = 500
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> = Promise.resolve()
  let stopped = false

  async function run(): Promise<void> {
    try {
      while (!stopped && (await prune(limit)) === limit);
    } catch (error) {
      logger.warn({ reason: error instanceof Error ? error.message : String(error) }, 'expired keys not pruned')
    }
  }

  return {
    start() {
      timer = setInterval(() => void (running = run()), everyMs)
    },
    async stop() {
      stopped = true
      clearInterval(timer)
      await running
    }
  }
}
