import { answer, describeApi, idPathSchema, jsonRequest } from '@outbox-cdc/service-kit'
import { newPurchaseSchema, purchaseSchema } from './requests.ts'

const { json, created, problem, invalid } = answer
const noPurchase = problem('No such purchase')
const unavailable = problem('MySQL, account or product does not answer; see Retry-After')

export const apiDocument = describeApi('purchase', 'Quotes purchases, and completes those that the buyer confirms.', [
  {
    method: 'post',
    path: '/purchases',
    summary: 'Ask for a quote',
    description: 'Looks up the address of the buyer and the price of the product.',
    request: { body: jsonRequest.body(newPurchaseSchema) },
    responses: {
      201: created('The quote', purchaseSchema),
      ...jsonRequest.refusals,
      422: problem('There is no account or no product of this name'),
      503: unavailable
    }
  },
  {
    method: 'get',
    path: '/purchases/{id}',
    summary: 'Read a purchase',
    request: { params: idPathSchema },
    responses: { 200: json('The purchase', purchaseSchema), 400: invalid, 404: noPurchase, 503: answer.unavailable }
  },
  {
    method: 'post',
    path: '/purchases/{id}/confirm',
    summary: 'Buy what was quoted',
    description: 'Looks both up again. A repeat gets the same answer.',
    request: { params: idPathSchema },
    responses: {
      200: json('The purchase is completed', purchaseSchema),
      400: invalid,
      404: noPurchase,
      409: problem('Address or price has changed, or the quote has expired: `purchase` is quoted again', {
        purchase: purchaseSchema
      }),
      503: unavailable
    }
  }
])
