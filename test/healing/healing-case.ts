import type { ConnectLab } from '../support/connect-lab.ts'
import type { KeptLab } from '../support/kept-lab.ts'
import type { TopicOrders } from '../support/topic-orders.ts'
import type { FaultyProxy } from '../resilience/harness/faulty-proxy.ts'

/** What stands around a connector under load while it is broken. */
export type HealingLab = {
  readonly lab: ConnectLab
  readonly kept: KeptLab
  readonly topic: TopicOrders
  /** Between Connect and MySQL, in the cases that ask for it. */
  readonly proxy: FaultyProxy | undefined
  close(): Promise<void>
}

export type Measured = {
  /** From the moment that the case's title names until an event of afterwards reached the topic. */
  readonly healedMs: number
  /** From the fault until the keeper's health turned red, where the case promises that. */
  readonly redMs?: number
}

/** One way to break the pipeline, with what is promised of it. */
export type HealingCase = {
  readonly name: string
  readonly title: string
  readonly healWithinMs: number
  readonly redWithinMs?: number
  readonly workers?: 1 | 2
  readonly throughProxy?: boolean
  measure(around: HealingLab): Promise<Measured>
}
