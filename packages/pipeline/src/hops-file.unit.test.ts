import { expect, it } from 'vitest'
import { hopsFile } from './hops-file.ts'
import { loadSystem } from './load-system.ts'

it('tells the console which services the ends of a hop call', async () => {
  const system = await loadSystem()
  const [writer, consumer] = system.services
  const services = [{ ...writer!, calls: ['delivery-service'] }, consumer!]
  const [hop] = hopsFile({ ...system, services }, { databaseUrl: String, serviceUrl: String })
  expect(hop).toMatchObject({ writerCalls: ['delivery-service'], consumerCalls: undefined })
})
