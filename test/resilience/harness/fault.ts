import type { OrderClient } from '@outbox-cdc/test-support/load/order-client'
import type { Lab, Topology } from './lab.ts'

export type Injected = {
  /** The observed fault, such as `mysqld 4711 killed, 4790 answers`; undefined when nothing was observed. */
  readonly observed: string | undefined
  /** The end of the cause: from here on only the pipeline itself has to recover. */
  readonly causeOverAt: number
  /** Other broken promises, one sentence each, such as a failed request or a wrong time. */
  readonly broken?: readonly string[]
}

export type FaultOptions = {
  readonly quick: boolean
  readonly load: OrderClient
  /** Stops all writes to the outbox while it is on. */
  readonly pauseWrites: (on: boolean) => void
}

/** One way to break the pipeline, and how soon it must flow again without a person. */
export type Fault = {
  readonly name: string
  readonly title: string
  readonly topology?: Topology
  readonly healWithinMs: number
  /** Why it is allowed longer than the usual 10 s, 20 s with Connect. */
  readonly because?: string
  /** The fault only counts as observed if some order waited this long. */
  readonly leastWaitMs?: number
  /** Orders a second; 100 when left out. */
  readonly perSecond?: number
  /** What heals it, where the logs don't show it. */
  readonly healedBy?: string
  /** Events that it plants and that the consumer must park. */
  readonly parks?: number
  /** Runs under load before the fault and is no part of it. */
  prepare?(lab: Lab, how: FaultOptions): Promise<void>
  inject(lab: Lab, how: FaultOptions): Promise<Injected>
  /** Undoes what the fault changed. */
  cleanup?(lab: Lab, how: FaultOptions): Promise<void>
  /** Every event since the outbox was created comes again, which takes the longer the more there were. */
  readonly rereadsAll?: boolean
  /** It destroys something for good, so the next fault needs a new pipeline. */
  readonly usesUpPipeline?: boolean
  /** Why it cannot run on this machine, if so. */
  readonly impossible?: () => string | undefined
}
