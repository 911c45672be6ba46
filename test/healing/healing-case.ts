import type { ConnectLab } from '../support/connect-lab.ts'
import type { KeptLab } from '../support/kept-lab.ts'
import type { TopicOrders } from '../support/topic-orders.ts'
import type { FaultyProxy } from '../resilience/harness/faulty-proxy.ts'

/** Everything around a connector under load while a case breaks it. */
export type HealingLab = {
  readonly lab: ConnectLab
  readonly kept: KeptLab
  readonly topic: TopicOrders
  /** Between Connect and MySQL, in the cases that need it. */
  readonly proxy: FaultyProxy | undefined
  close(): Promise<void>
}

export type Measured = {
  /** From the moment in the case's title until a later event reached the topic. */
  readonly healedMs: number
  /** From the fault until the keeper's health turned red, if the case promises that. */
  readonly redMs?: number
}

/** One way to break the pipeline, and the promised healing time. */
export type HealingCase = {
  readonly name: string
  readonly title: string
  readonly healWithinMs: number
  readonly redWithinMs?: number
  readonly workers?: 1 | 2
  readonly throughProxy?: boolean
  measure(around: HealingLab): Promise<Measured>
}
