import type { Question } from '@outbox-cdc/contracts'
import { aRequest } from '@outbox-cdc/contracts/a-request'
import { accountSchema, httpAccountDirectory, httpProductCatalogue, productSchema } from './http.ts'

/** What purchase asks account. */
export const accountQuestions: readonly Question[] = [
  {
    given: { state: 'an account exists', values: { name: 'Kim', address: '1 Main Street, Springfield' } },
    about: 'a search for the name of an account',
    request: { method: 'GET', path: '/accounts/search/findByName', query: { name: 'Kim' } },
    response: {
      status: 200,
      body: accountSchema,
      example: { id: 1, name: 'Kim', address: '1 Main Street, Springfield' }
    },
    ask: url => findAccount(url, 'Kim')
  },
  {
    given: { state: 'no account has the name', values: { name: 'Ada' } },
    about: 'a search for a name that no account has',
    request: { method: 'GET', path: '/accounts/search/findByName', query: { name: 'Ada' } },
    response: { status: 404 },
    ask: url => findAccount(url, 'Ada')
  }
]

/** What purchase asks product. */
export const productQuestions: readonly Question[] = [
  {
    given: { state: 'a product exists', values: { name: 'Chair', price: '12.50' } },
    about: 'a search for the name of a product',
    request: { method: 'GET', path: '/products/search/findByName', query: { name: 'Chair' } },
    response: { status: 200, body: productSchema, example: { id: 1, name: 'Chair', price: '12.50' } },
    ask: url => findProduct(url, 'Chair')
  },
  {
    given: { state: 'no product has the name', values: { name: 'Desk' } },
    about: 'a search for a name that no product has',
    request: { method: 'GET', path: '/products/search/findByName', query: { name: 'Desk' } },
    response: { status: 404 },
    ask: url => findProduct(url, 'Desk')
  }
]

function findAccount(url: string, name: string) {
  const { clients, context } = aRequest()
  return httpAccountDirectory(clients.to('account', url)).findByName(name, context)
}

function findProduct(url: string, name: string) {
  const { clients, context } = aRequest()
  return httpProductCatalogue(clients.to('product', url)).findByName(name, context)
}
