import type { ServiceContract } from '@outbox-cdc/contracts'
import { accountQuestions, productQuestions } from './look-ups/questions.ts'

export const contract: ServiceContract = {
  asks: { account: accountQuestions, product: productQuestions }
}
