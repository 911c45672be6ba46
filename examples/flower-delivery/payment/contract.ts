import type { ServiceContract } from '@outbox-cdc/contracts'
import { answers } from './answers.ts'

export const contract: ServiceContract = { answers }
