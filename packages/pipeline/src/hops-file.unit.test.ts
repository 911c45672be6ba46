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

it('tells it at the first hop which services call others and are no end of any', async () => {
  const system = await loadSystem()
  const services = [...system.services, { ...system.services[0]!, name: 'gateway', calls: ['order-service'] }]
  const hops = hopsFile(
    { hops: [system.hops[0], { ...system.hops[0], name: 'again' }], services },
    { databaseUrl: String, serviceUrl: String }
  )
  const gateway = { name: 'gateway', url: 'gateway', calls: ['order-service'] }
  expect(hops.map(({ callers }) => callers)).toEqual([[gateway], undefined])
})
