import { loadSystem } from '@outbox-cdc/pipeline'
import { loadContract, participantOf } from '../participants.ts'
import type { Answer, Order } from './verifier-process.ts'
import { verifyProvider } from './verify-provider.ts'

process.on('message', (order: Order) => {
  void answer(order).then(said => process.send?.(said))
})
process.on('disconnect', () => process.exit())

async function answer({ mysqlUrl, ...order }: Order): Promise<Answer> {
  try {
    const system = await loadSystem(order.system)
    const service = system.services.find(({ name }) => name === order.service)
    if (service === undefined) throw new Error(`There is no service ${order.service} in ${order.system}`)
    const name = participantOf(order.system, order.service)
    const contract = await loadContract({ name, system, service })
    const mysql = mysqlUrl === undefined ? {} : { mysql: async () => mysqlUrl }
    return { verdict: await verifyProvider({ ...order, contract, ...mysql }) }
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) }
  }
}
