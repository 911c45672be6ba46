import { ConfigurationError } from '../mysql/tables.ts'
import { reasonOf } from '../reason-of.ts'

type Failing = {
  readonly since: number
  readonly reason: string
  /** The part answers, but the settings name something that it does not have. */
  readonly wrongSettings?: boolean
}

/** What is known of one part: its newest answer, and since when there is none. */
export type Reading<T> = {
  readonly value?: T | undefined
  /** When `value` was read. */
  readonly at?: number | undefined
  /** Set while the part does not answer. */
  readonly failing?: Failing | undefined
}

const timeoutMs = 1_500

export function createProbe<T>(read: () => Promise<T>) {
  let reading: Reading<T> = {}
  let running: Promise<void> | undefined

  async function once(): Promise<void> {
    try {
      reading = { value: await read(), at: Date.now() }
    } catch (error) {
      failed(error instanceof ConfigurationError ? error.message : reasonOf(error), error instanceof ConfigurationError)
    }
  }

  function failed(reason: string, wrongSettings = false): void {
    reading = { ...reading, failing: { since: reading.failing?.since ?? Date.now(), reason, wrongSettings } }
  }

  return {
    reading: () => reading,
    /** Reads again, unless the last read is still running. */
    async tick(): Promise<void> {
      if (running !== undefined) return
      running = once().finally(() => (running = undefined))
      if ((await Promise.race([running.then(() => 'done'), after(timeoutMs)])) === 'late') failed('no answer in time')
    }
  }
}

function after(ms: number): Promise<'late'> {
  return new Promise(resolve => setTimeout(resolve, ms, 'late').unref())
}
