import type { ServiceContract } from '@outbox-cdc/contracts'
import { paymentQuestions } from './payment/questions.ts'

export const contract: ServiceContract = {
  asks: { payment: paymentQuestions }
}
