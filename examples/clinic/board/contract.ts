import type { ServiceContract } from '@outbox-cdc/contracts'
import { topics } from './topics.ts'

export const contract: ServiceContract = { reads: topics }
