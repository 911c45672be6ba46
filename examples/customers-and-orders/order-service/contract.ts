import type { ServiceContract } from '@outbox-cdc/contracts'
import { onAnswers } from './answers.ts'
import { orderEvents } from './events.ts'

export const contract: ServiceContract = { reads: { customerTopic: onAnswers }, publishes: { orderTopic: orderEvents } }
