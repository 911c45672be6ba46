import { writeFile } from 'node:fs/promises'
import { urlReference } from './accounts.ts'
import { urlVariable } from './addresses.ts'
import type { Surroundings } from './processes.ts'
import { type Hop, type System, nameOf } from './system.ts'

/** Where what a description names is. */
export type Places = {
  readonly databaseUrl: (database: string) => string
  readonly serviceUrl: (service: string) => string
}

/** The hops as the file of HOPS_FILE has them, from which the console and `outboxctl audit` know them. */
export function hopsFile({ hops, services }: Pick<System, 'hops' | 'services'>, { databaseUrl, serviceUrl }: Places) {
  const ends = new Set(hops.flatMap(({ writer, consumer }) => [writer, consumer]))
  const callers = services.flatMap(({ name, calls }) =>
    calls === undefined || ends.has(name) ? [] : [{ name, url: serviceUrl(name), calls }]
  )
  const callsOf = (service: string) => services.find(({ name }) => name === service)?.calls
  return hops.map((hop: Hop, at) => {
    const { aggregate, effect, writer, consumer, ...others } = hop
    const { database: written, ...rows } = aggregate
    const { database: applied, ...effects } = effect
    return {
      ...others,
      name: nameOf(hop),
      writer,
      writerUrl: serviceUrl(writer),
      writerCalls: callsOf(writer),
      // The page shows all calls at each hop, so one of them names these.
      callers: at === 0 && callers.length > 0 ? callers : undefined,
      aggregate: { ...rows, url: databaseUrl(written) },
      consumer,
      consumerUrl: serviceUrl(consumer),
      consumerCalls: callsOf(consumer),
      effect: { ...effects, url: databaseUrl(applied) }
    }
  })
}

/** It holds no password: its URLs name the files that do. */
export async function writeHops(around: Surroundings): Promise<void> {
  const hops = hopsFile(around.system, {
    databaseUrl: database => urlReference('console', database, around),
    serviceUrl: service => around.addresses[urlVariable(service)] ?? ''
  })
  await writeFile(around.addresses['HOPS_FILE'] ?? '', `${JSON.stringify(hops, undefined, 2)}\n`)
}
