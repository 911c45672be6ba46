import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { startStub } from '@outbox-cdc/contracts'
import { aRequest } from '@outbox-cdc/contracts/a-request'
import { expect, it, onTestFinished } from 'vitest'
import { httpProductCatalogue } from '../purchase/look-ups/http.ts'

it('lets purchase find a product while product is down, and says how', async () => {
  const stub = await startStub({ provider: 'shop.product', port: 0 })
  onTestFinished(stub.stop)
  const { clients, context } = aRequest()
  const products = httpProductCatalogue(clients.to('product', stub.url))
  expect(await products.findByName('Chair', context)).toEqual({ id: 1, name: 'Chair', price: 1250n })
  expect(await products.findByName('Desk', context)).toBeUndefined()
  expect(stub.explanation).toContain(`shop.purchase: PRODUCT_URL=${stub.url}`)
  expect(stub.explanation).toContain(`curl -i '${stub.url}/products/search/findByName?name=Chair'`)
  expect(stub.explanation).toContain('→ 200 {"id":1,"name":"Chair","price":"12.50"}')
})

it('leaves nothing behind when it stops', async () => {
  const stub = await startStub({ provider: 'shop.account', port: 0 })
  await stub.stop()
  await stub.ended
  await expect(fetch(stub.url)).rejects.toThrow()
})

it.each([
  ['shop.invoice', 'There is no service "shop.invoice" with a contract.'],
  ['shop.delivery', 'No service asks shop.delivery anything, so it has no contract to answer from.']
])('cannot stand in for %s, and names those that it can stand in for', async (provider, problem) => {
  const providers = 'Stubs can stand in for: flower-delivery.payment, shop.account, shop.product.'
  await expect(startStub({ provider })).rejects.toThrow(`${problem} ${providers}`)
})

it('says in one line that its port is taken', async () => {
  const server = createServer()
  await new Promise<void>(resolve => server.listen(0, () => resolve()))
  onTestFinished(() => void server.close())
  const { port } = server.address() as AddressInfo
  await expect(startStub({ provider: 'shop.account', port })).rejects.toThrow(
    `Port ${port} is taken. Stop what listens there, such as shop.account itself, or choose another: ` +
      'npm run contracts -- stub shop.account --port N'
  )
})
