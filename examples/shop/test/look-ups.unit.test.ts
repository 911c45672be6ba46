import { fakeAccountDirectory, fakeProductCatalogue } from '../purchase/look-ups/fakes.ts'
import type { Account, Product } from '../purchase/look-ups/ports.ts'
import { lookUpsSuite } from './look-ups-suite.ts'

lookUpsSuite('look-ups in memory', async () => {
  const accounts = new Map<string, Account>()
  const products = new Map<string, Product>()
  return {
    accounts: fakeAccountDirectory(accounts),
    products: fakeProductCatalogue(products),
    addAccount: async (name, address) => accounts.set(name, { id: accounts.size + 1, name, address }),
    setPrice: async (name, price) => products.set(name, { id: products.size + 1, name, price })
  }
})
