import { setTimeout as sleep } from 'node:timers/promises'
import { RefusedError } from '@outbox-cdc/service-kit'
import { ConfigurationError } from '../database/configuration-error.ts'
import { reasonOf } from '../reason-of.ts'

/** What is known of one part: its newest answer, and since when there is none. */
export type Reading<T> = {
  readonly value?: T | undefined
  /** When `value` was read. */
  readonly at?: number | undefined
  /** Set while the part does not answer. */
  readonly failing?: Failing | undefined
}

export type Failing = {
  readonly since: number
  readonly reason: string
  /** The part answers, but the settings name something that it does not have. */
  readonly wrongSettings?: boolean
  /** Security keeps it from answering: the reason is a whole sentence. */
  readonly refused?: boolean
}

export type Probe<T> = {
  readonly reading: () => Reading<T>
  /** Reads again, unless the last read is still running. */
  readonly tick: () => Promise<void>
}

const timeoutMs = 1_500

export function createProbe<T>(read: () => Promise<T>): Probe<T> {
  let reading: Reading<T> = {}
  let running: Promise<void> | undefined

  function fail(failing: Omit<Failing, 'since'>): void {
    reading = { ...reading, failing: { since: reading.failing?.since ?? Date.now(), ...failing } }
  }

  async function once(): Promise<void> {
    try {
      reading = { value: await read(), at: Date.now() }
    } catch (error) {
      if (error instanceof ConfigurationError) fail({ reason: error.message, wrongSettings: true })
      else fail({ reason: reasonOf(error), refused: error instanceof RefusedError })
    }
  }

  async function tick(): Promise<void> {
    if (running !== undefined) return
    running = once().finally(() => (running = undefined))
    const late = await Promise.race([running, sleep(timeoutMs, 'late', { ref: false })])
    // A refusal may take longer, and says more.
    if (late && reading.failing?.refused !== true) fail({ reason: 'no answer in time' })
  }

  return { reading: () => reading, tick }
}

/** A probe that shows a piece of what another one reads. */
export function picked<T, Piece>({ reading, tick }: Probe<T>, pick: (value: T) => Piece): Probe<Piece> {
  return {
    reading: () => {
      const { value, ...rest } = reading()
      return value === undefined ? rest : { ...rest, value: pick(value) }
    },
    tick
  }
}
