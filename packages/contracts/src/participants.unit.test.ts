import { expect, it } from 'vitest'
import { allSystems, edgesOf, participantOf } from './participants.ts'

it('calls a service of the first system as it is, and others by their system too', () => {
  expect(participantOf('orders-and-deliveries', 'order-service')).toBe('order-service')
  expect(participantOf('customers-and-orders', 'order-service')).toBe('customers-and-orders.order-service')
})

it('finds every edge of the systems in their descriptions', async () => {
  const edges = edgesOf(await allSystems())
  const lines = edges.map(({ consumer, provider, kind }) => `${consumer.name} ${kind} ${provider.name}`)
  const withoutFlowers = lines.filter(line => !line.startsWith('flower-delivery'))
  expect(withoutFlowers.toSorted()).toEqual([
    'clinic.board message clinic.reception',
    'customers-and-orders.customer-service message customers-and-orders.order-service',
    'customers-and-orders.order-service message customers-and-orders.customer-service',
    'delivery-service message order-service',
    'shop.delivery message shop.purchase',
    'shop.purchase http shop.account',
    'shop.purchase http shop.product'
  ])
  const readers = { order: 4, payment: 2, item: 3, shop: 2, delivery: 2, gateway: 5 }
  for (const [name, count] of Object.entries(readers))
    expect(lines.filter(line => line.startsWith(`flower-delivery.${name} message`))).toHaveLength(count)
  expect(lines).toContain('flower-delivery.order http flower-delivery.payment')
  expect(lines).toHaveLength(7 + 18 + 1)
})

it('names the topics of an edge, and makes none of what a service publishes itself', async () => {
  const edges = edgesOf(await allSystems())
  const between = (consumer: string, provider: string) =>
    edges.find(edge => edge.consumer.name === consumer && edge.provider.name === provider)?.topics
  expect(between('flower-delivery.order', 'flower-delivery.item')).toEqual(['flower.item', 'flower.stock'])
  expect(between('flower-delivery.order', 'flower-delivery.order')).toBeUndefined()
})
