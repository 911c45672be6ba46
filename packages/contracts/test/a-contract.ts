/** A small contract: the consumer reads the quantity of an order. */
export function aContract({ consumer, provider, quantity = 95 }: Names & { readonly quantity?: number | string }) {
  return {
    consumer: { name: consumer },
    provider: { name: provider },
    interactions: [
      {
        type: 'Synchronous/HTTP',
        description: 'an order by its id',
        request: { method: 'GET', path: '/orders/1' },
        response: {
          status: 200,
          headers: { 'content-type': ['application/json'] },
          body: { contentType: 'application/json', encoded: false, content: { quantity } },
          matchingRules: { body: { '$.quantity': { combine: 'AND', matchers: [{ match: 'type' }] } } }
        }
      }
    ],
    metadata: { pactSpecification: { version: '4.0' } }
  }
}

export type Names = { readonly consumer: string; readonly provider: string }
