import type { ServiceContract } from '@outbox-cdc/contracts'
import { liveEventOf, topics } from './live-event.ts'

export const contract: ServiceContract = { follows: { topics, read: liveEventOf } }
