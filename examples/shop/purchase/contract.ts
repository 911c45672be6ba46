import type { ServiceContract } from '@outbox-cdc/contracts'
import { purchaseCompleted } from './events.ts'
import { accountQuestions, productQuestions } from './look-ups/questions.ts'

export const contract: ServiceContract = {
  asks: { account: accountQuestions, product: productQuestions },
  publishes: { 'shop.purchases': { [purchaseCompleted.name]: purchaseCompleted } }
}
