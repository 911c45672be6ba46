import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { defaultSystem, loadSystem, root, type System, systemNames } from '@outbox-cdc/pipeline'
import type { ServiceContract } from './contract.ts'

type Service = System['services'][number]

/** A service as a broker of contracts knows it. */
export type Participant = { readonly name: string; readonly system: System; readonly service: Service }

/** That one service depends on another: it asks it, or reads what it publishes. */
export type Edge = {
  readonly consumer: Participant
  readonly provider: Participant
  readonly kind: 'http' | 'message'
  /** The provider's topics that the consumer reads; empty for requests. */
  readonly topics: readonly string[]
}

/** The name of a service among those of all systems. */
export function participantOf(system: string, service: string): string {
  return system === defaultSystem ? service : `${system}.${service}`
}

/** Every system of this repository. */
export async function allSystems(): Promise<readonly System[]> {
  return Promise.all((await systemNames()).map(name => loadSystem(name)))
}

/** Who depends on whom, as the descriptions say. What a service reads of its own topics is no edge. */
export function edgesOf(systems: readonly System[]): readonly Edge[] {
  return systems.flatMap(system => {
    const participants = system.services.map(service => ({
      name: participantOf(system.name, service.name),
      system,
      service
    }))
    return participants.flatMap(consumer =>
      participants.filter(provider => provider !== consumer).flatMap(provider => edgesBetween(consumer, provider))
    )
  })
}

function edgesBetween(consumer: Participant, provider: Participant): readonly Edge[] {
  const { calls = [], reads } = consumer.service
  const topics = (provider.service.publishes ?? []).filter(topic => reads?.topics.includes(topic))
  return [
    ...(calls.includes(provider.service.name) ? [{ consumer, provider, kind: 'http' as const, topics: [] }] : []),
    ...(topics.length > 0 ? [{ consumer, provider, kind: 'message' as const, topics }] : [])
  ]
}

/** What the service states in `contract.ts` beside its main. */
export async function loadContract({ name, service }: Participant): Promise<ServiceContract> {
  const file = join(root, dirname(service.main), 'contract.ts')
  if (!existsSync(file)) throw new Error(`${name} has no contract: write ${file}, which exports "contract".`)
  const { contract } = (await import(pathToFileURL(file).href)) as { contract?: ServiceContract }
  if (contract === undefined) throw new Error(`${file} exports no "contract".`)
  return contract
}
