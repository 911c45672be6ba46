import type { Part, Stack } from '@outbox-cdc/stack'
import { type Replicas, replicasOf } from '../replicas.ts'
import type { Supervision } from '../supervise.ts'
import type { System } from '../system.ts'
import type { Target, TargetKind } from './faults.ts'
import type { Link } from './links.ts'
import { moveToBeginning, sendAgain } from './records.ts'

/** A part with what starts it again when it dies: while a fault holds the part, that leaves it alone. */
export type Supervised = { readonly part: Part; readonly supervision: Supervision }

export type Breakable = {
  readonly system: System
  readonly replicas?: Replicas | undefined
  readonly kafka: Stack['kafka']
  readonly links: readonly Link[]
  readonly supervised: readonly Supervised[]
}

/** Everything that may be broken. The console is left out, because a person who breaks it no longer sees what happens. */
export function targetsOf({ system, replicas, kafka, links, supervised }: Breakable): readonly Target[] {
  const services = new Map(
    system.services.flatMap(service => {
      const names = replicasOf(service, replicas).map(({ name }) => name)
      return names.map(name => [name, name === service.name ? service.about : `as ${service.name}`])
    })
  )
  const parts = supervised.flatMap(one => {
    const { name } = one.part
    const kind = services.has(name) ? 'service' : 'engine'
    if (name === 'console' || name === system.playground?.oracle.name) return []
    if (name === 'keeper') return [partTarget(one, 'tool', 'checks and repairs connectors')]
    return [partTarget(one, kind, services.get(name) ?? aboutEngine(name))]
  })
  const read = system.services.flatMap(service => {
    if (service.reads === undefined) return []
    const names = replicasOf(service, replicas).map(({ name }) => name)
    return [
      { ...service.reads, name: service.name, members: supervised.filter(({ part }) => names.includes(part.name)) }
    ]
  })
  const topics = [...new Set(read.flatMap(each => each.topics))]
  return [
    ...parts,
    ...links.map(linkTarget),
    ...topics.map(topic => topicTarget(topic, kafka)),
    ...read.flatMap(group => groupTarget(group, kafka))
  ]
}

function aboutEngine(name: string): string {
  if (name.startsWith('connect')) return 'Kafka Connect, with Debezium inside'
  if (name.startsWith('kafka')) return 'a broker'
  if (name.startsWith('controller')) return 'the controller of the brokers'
  return { mysql: 'MySQL', postgres: 'PostgreSQL', registry: 'the schema registry' }[name] ?? name
}

function partTarget({ part, supervision }: Supervised, kind: TargetKind, about: string): Target {
  const { name } = part
  const refusal = () => (part.pid() === undefined ? `${name} doesn't run now: wait until it's back.` : undefined)
  const away = (verb: string, how: () => Promise<void>) => ({
    counts: 'seconds' as const,
    refusal,
    async begin(seconds: number) {
      supervision.hold()
      await how()
      return `${verb} ${name} for ${seconds} s`
    },
    end: () => supervision.bringBack()
  })
  const thaw = () => part.thaw()
  const freeze = {
    counts: 'seconds' as const,
    refusal,
    async begin(seconds: number) {
      await part.freeze()
      return `froze ${name} for ${seconds} s`
    },
    end: thaw,
    letGo: thaw
  }
  const stop = away('stopped', () => part.stop())
  return { name, kind, about, faults: { stop, kill: away('killed', () => part.kill()), freeze } }
}

function linkTarget({ name, about, proxy }: Link): Target {
  // What was silent stays silent after the cut, so it's closed: then both ends connect again.
  const heal = async () => {
    proxy.heal()
    proxy.reset()
  }
  const cut = {
    counts: 'seconds' as const,
    async begin(seconds: number) {
      const connections = Math.ceil(proxy.cut() / 2)
      return `cut ${name} for ${seconds} s (${connections} ${connections === 1 ? 'connection' : 'connections'})`
    },
    end: heal,
    letGo: heal
  }
  return { name, kind: 'link', about, faults: { cut } }
}

function topicTarget(topic: string, kafka: Stack['kafka']): Target {
  const duplicate = {
    counts: 'records' as const,
    async begin(most: number) {
      const count = await sendAgain(kafka, topic, most)
      return `sent the last ${count === 1 ? 'record' : `${count} records`} of ${topic} again`
    }
  }
  return { name: topic, kind: 'topic', about: 'sends its last records again', faults: { duplicate } }
}

type Reader = {
  readonly name: string
  readonly group: string
  readonly topics: readonly string[]
  readonly members: readonly Supervised[]
}

function groupTarget({ name, group, topics, members }: Reader, kafka: Stack['kafka']): readonly Target[] {
  if (members.length === 0) return []
  const list = topics.join(', ')
  const replay = {
    async begin() {
      for (const { supervision } of members) supervision.hold()
      await Promise.all(members.map(({ part }) => part.stop()))
      await moveToBeginning(kafka, group, topics)
      return `moved the group ${group} to the beginning of ${list}`
    },
    end: () => Promise.all(members.map(({ supervision }) => supervision.bringBack()))
  }
  const about = `reads ${list} from the beginning`
  return [{ name: group, kind: 'group', about, holds: name, faults: { replay } }]
}
