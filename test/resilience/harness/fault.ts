import type { OrderClient } from '@outbox-cdc/test-support/load/order-client'
import type { Lab, Topology } from './lab.ts'

export type Bitten = {
  /** What was seen of the fault, such as `mysqld 4711 killed, 4790 answers`; undefined when nothing was. */
  readonly bite: string | undefined
  /** From when on nothing outside stood in the way any more. */
  readonly causeOverAt: number
  /** Promises of other kinds that did not hold, each in a sentence: a request that failed, a time that is wrong. */
  readonly broken?: readonly string[]
}

export type How = {
  readonly quick: boolean
  readonly load: OrderClient
  /** Nobody writes to the outbox until told otherwise. */
  readonly quiet: (on: boolean) => void
}

/** One way to break the pipeline, and how soon it must flow again without a person. */
export type Fault = {
  readonly name: string
  readonly title: string
  readonly topology?: Topology
  readonly healWithinMs: number
  /** Why it is allowed longer than the usual 10 s, 20 s with Connect. */
  readonly because?: string
  /** Some order must have waited for so long, or the fault hit nothing. */
  readonly leastWaitMs?: number
  /** Orders a second; 100 when left out. */
  readonly perSecond?: number
  /** Who heals it, where the logs cannot tell. */
  readonly healedBy?: string
  /** Events that it plants to be parked. */
  readonly parks?: number
  /** What must stand before the fault: it runs under load, and is no part of the fault. */
  prepare?(lab: Lab, how: How): Promise<void>
  inject(lab: Lab, how: How): Promise<Bitten>
  /** Puts back what the fault changed for good. */
  cleanup?(lab: Lab, how: How): Promise<void>
  /** What it destroys is gone for good: the next fault needs a new pipeline. */
  readonly usesUpPipeline?: boolean
  /** Why it cannot run on this machine, if so. */
  readonly impossible?: () => string | undefined
}
