import type { ConnectorReading } from '../connect/read-connector.ts'
import type { Reading } from './probe.ts'
import type { DeliveriesReading } from './read-deliveries.ts'
import type { GroupReading } from './read-group.ts'
import { mostCounted, type OrdersReading } from './read-orders.ts'
import type { ServiceReading } from './read-service.ts'
import type { TopicReading } from './read-topic.ts'
import type { WaitingReading } from './read-waiting.ts'

/** All that the sampler knows at one moment. A part that is not configured has no reading at all. */
export type Readings = {
  readonly now: number
  readonly orderService?: Reading<ServiceReading> | undefined
  readonly orders?: Reading<OrdersReading> | undefined
  readonly waiting?: Reading<WaitingReading | undefined> | undefined
  readonly connector?: Reading<ConnectorReading> | undefined
  readonly heartbeat: Reading<number | undefined>
  readonly topic: Reading<TopicReading>
  readonly group: Reading<GroupReading>
  readonly deliveryService?: Reading<ServiceReading> | undefined
  readonly deliveries?: Reading<DeliveriesReading> | undefined
  /** Since when events wait at a hop while none of them passes it; undefined while they pass or none waits. */
  readonly stuckSince: { readonly mysql?: number | undefined; readonly group?: number | undefined }
}

/** The names of the parts, for sentences. */
export type Names = {
  readonly connector: string
  readonly topic: string
  readonly group: string
  readonly connectUrl: string
  readonly brokers: string
  readonly ordersHost: string
  readonly deliveriesHost: string
  readonly orderService: string
  readonly deliveryService: string
  readonly orderServicePlace: string
  readonly deliveryServicePlace: string
}

export type Waiting = { readonly events: number; readonly atLeast: boolean; readonly ms: number }

/** Orders that are committed and not in Kafka. */
export function waitingInMysql({ waiting, now }: Readings): Waiting | null {
  if (waiting?.value === undefined) return null
  const { events, oldestAt } = waiting.value
  return { events, atLeast: events >= mostCounted, ms: events === 0 ? 0 : Math.max(0, now - oldestAt) }
}

/** Records in Kafka that the group has not handled. */
export function waitingInKafka({ topic, group, now }: Readings): Waiting | null {
  if (topic.value === undefined || group.value === undefined || group.value.committed.size === 0) return null
  const lags = lagByPartition(topic.value, group.value)
  const events = [...lags.values()].reduce((sum, lag) => sum + lag, 0)
  const ms = events === 0 ? 0 : Math.max(0, now - (group.value.oldestWaitingAt ?? now))
  return { events, atLeast: false, ms }
}

export function lagByPartition(topic: TopicReading, group: GroupReading): ReadonlyMap<number, number> {
  const from = (partition: number) => group.committed.get(partition) ?? topic.first.get(partition) ?? 0
  return new Map([...topic.next].map(([partition, next]) => [partition, Math.max(0, next - from(partition))]))
}
