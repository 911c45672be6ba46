import { accountsOf, type System } from '@outbox-cdc/pipeline'
import type { IJob } from 'kubernetes-models/batch/v1'
import type { IPodSpec } from 'kubernetes-models/v1'
import { connectSecrets } from './kafka.ts'
import { metadata, ownImages, selectorOf } from './names.ts'
import { passwords } from './pod.ts'
import { addresses, connectorsMount, connectorVariables, jobPod } from './tools.ts'

function job(name: string, stage: 'prepare' | 'begin', podSpec: IPodSpec): IJob {
  const about = metadata(name, stage, selectorOf(name))
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: about,
    // The databases may still be starting, and both jobs may be repeated.
    spec: {
      backoffLimit: 6,
      activeDeadlineSeconds: 600,
      template: { metadata: { labels: about.labels }, spec: podSpec }
    }
  }
}

/** The passwords' files, with the folder that `npm start` has for those of Connect. */
export const passwordFiles = (system: System): readonly string[] => [
  'root',
  'postgres',
  ...accountsOf(system).map(({ name, capture }) => (capture ? `connect/${name}` : name))
]

/** Accounts and tables. Strimzi makes the topics. */
export function prepareJob(system: System): IJob {
  const own = { name: 'prepare', image: ownImages.prepare, args: ['--topics-exist'] }
  const env = Object.entries({ ...addresses, SYSTEM: system.name })
    .filter(([name]) => !/^(CONNECT|KAFKA)_/.test(name))
    .map(([name, value]) => ({ name, value }))
  return job('prepare', 'prepare', jobPod({ ...own, env }, [passwords(passwordFiles(system))]))
}

/**
 * Brings a new connector to the position that the outbox's migration recorded, which Strimzi doesn't know, and tells a living
 * one its new settings. Repeated, it changes nothing.
 */
export const connectorsJob = (): IJob =>
  job(
    'connectors',
    'begin',
    jobPod({ name: 'connectors', image: ownImages.connectctl, args: ['apply'], env: connectorVariables }, [
      passwords(['keeper']),
      passwords(['debezium'], connectSecrets),
      connectorsMount
    ])
  )
