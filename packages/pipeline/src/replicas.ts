import type { Service, System } from './system.ts'

/** How many processes of a service there are, by its name; one of each that is left out. */
export type Replicas = Readonly<Record<string, number>>

export const mostReplicas = 6

/** The processes of a service: `shop`, `shop-2`, `shop-3`, each with a port of its own. */
export function replicasOf({ name, port }: Pick<Service, 'name' | 'port'>, replicas: Replicas = {}) {
  return Array.from({ length: replicas[name] ?? 1 }, (_, before) => {
    const number = before + 1
    if (number === 1) return { name, port }
    const variable = port.variable.replace(/(_PORT)?$/, `_${number}$1`)
    return { name: `${name}-${number}`, port: { variable, usual: port.usual + 10 * before } }
  })
}

/** The services that may have replicas. */
export const replicable = ({ services }: System): readonly string[] =>
  services.filter(service => service.replicas === true).map(({ name }) => name)

/** Reads `shop=3,item=2`. Throws a sentence for what the system doesn't offer. */
export function readReplicas(text: string, system: System): Replicas {
  const offered = replicable(system)
  const which = offered.length === 0 ? `no service of ${system.name} can have replicas` : offered.join(', ')
  const entries = text.split(',').map(entry => {
    const [, name = '', count = ''] = /^\s*([a-z][\w-]*)=(\d+)\s*$/.exec(entry) ?? []
    if (name === '')
      throw new Error(`--replicas takes SERVICE=N, or several separated by commas, not "${entry.trim()}".`)
    if (!system.services.some(service => service.name === name))
      throw new Error(`--replicas: ${system.name} has no service "${name}". These can have replicas: ${which}.`)
    if (!offered.includes(name)) throw new Error(`--replicas: ${name} can't have replicas. These can: ${which}.`)
    const number = Number(count)
    if (number < 1 || number > mostReplicas)
      throw new Error(`--replicas: ${name} takes 1 to ${mostReplicas} replicas, not ${count}.`)
    return [name, number] as const
  })
  const names = entries.map(([name]) => name)
  const twice = names.find((name, at) => names.indexOf(name) !== at)
  if (twice !== undefined) throw new Error(`--replicas names ${twice} twice.`)
  return Object.fromEntries(entries)
}
