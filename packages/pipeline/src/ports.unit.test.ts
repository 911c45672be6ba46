import { expect, it } from 'vitest'
import { loadSystem } from './load-system.ts'
import { portProblems, portsOf } from './ports.ts'
import type { System } from './system.ts'

const system = await loadSystem()

/** The system with its services on these ports. */
function on(usual: readonly number[], ports: System['ports'] = {}): System {
  const services = system.services.map((service, at) => ({
    ...service,
    port: { ...service.port, usual: usual[at] ?? service.port.usual }
  }))
  return { ...system, services, ports }
}

it('lets a description move the parts beside the services, and leaves the others where they usually are', () => {
  const usual = (moved: System) => Object.fromEntries(portsOf(moved).map(({ name, usual: port }) => [name, port]))
  const before = usual(system)
  expect(before).toMatchObject({ keeper: 8084, connect: 8083, jmx: 8085, registry: 8081 })
  const ports = { keeper: 8184, connect: 8183, registry: 8181 }
  expect(usual({ ...system, ports })).toEqual({ ...before, ...ports })
})

it('refuses a description with two parts on one port', () => {
  expect(portProblems(system)).toEqual([])
  expect(portProblems(on([8083, 8081]))).toEqual([
    'The usual port 8083 is that of order-service and connect.',
    'The usual port 8081 is that of delivery-service and registry.'
  ])
  expect(portProblems(on([8083, 8081], { connect: 8183, registry: 8181 }))).toEqual([])
  expect(portProblems(on([], { connect: 8184, keeper: 8184 }))).toEqual([
    'The usual port 8184 is that of keeper and connect.'
  ])
})

it('gives the gRPC server of a service a port of its own', () => {
  const [first, ...others] = system.services
  const grpc = { variable: 'GRPC_PORT', usual: 9081, about: 'PlaceOrder' }
  const services = first === undefined ? [] : [{ ...first, grpc }, ...others]
  const ports = portsOf({ ...system, services })
  expect(ports).toContainEqual({ name: 'order-service-grpc', variable: 'GRPC_PORT', usual: 9081 })
  expect(ports).toHaveLength(portsOf(system).length + 1)
})
