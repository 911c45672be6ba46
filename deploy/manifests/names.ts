/** Everything is in one namespace, which also names Strimzi's clusters. */
export const namespace = 'flower-delivery'

/** Kafka and Connect, as Strimzi calls them. */
export const cluster = 'flower'

/** Every process of ours listens here, whatever port it has outside of a cluster. */
export const httpPort = 8080

/** The images that this repository builds: `IMAGE:dev` is on the machine only. An overlay gives them a registry and a tag. */
export const ownImages = {
  services: 'outbox-cdc/flower-delivery:dev',
  prepare: 'outbox-cdc/flower-prepare:dev',
  connect: 'outbox-cdc/flower-connect:dev',
  connectctl: 'outbox-cdc/connectctl:dev',
  console: 'outbox-cdc/console:dev'
} as const

/** A name of an object, from one that may have dots and underscores, such as that of a topic. */
export const objectName = (name: string): string =>
  name
    .toLowerCase()
    .replaceAll('_', '-')
    .replace(/^[^a-z0-9]+/, '')

/** What `deploy/roll-out.sh` applies one after the other. */
export type Stage = 'namespace' | 'engines' | 'prepare' | 'begin' | 'connectors' | 'services'

const stageLabel = 'outbox-cdc/stage'

/** The labels that select the pods of one part. */
export const selectorOf = (name: string): Record<string, string> => ({ 'app.kubernetes.io/name': name })

export function metadata(name: string, stage: Stage, labels: Record<string, string> = {}) {
  return {
    name,
    namespace,
    labels: { ...labels, 'app.kubernetes.io/part-of': 'flower-delivery', [stageLabel]: stage }
  }
}
