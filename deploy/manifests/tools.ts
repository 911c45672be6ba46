import { hopsFile, sagaMapOf, type System } from '@outbox-cdc/pipeline'
import type { IConfigMap, IContainer, IEnvVar } from 'kubernetes-models/v1'
import { deployment } from './deployment.ts'
import { brokers, connectUrl, serviceUrl, urlReference } from './environment.ts'
import { connectSecrets } from './kafka.ts'
import { httpPort, metadata, ownImages } from './names.ts'
import { container, files, type Mounted, mountsOf, passwords, pod, probes, scratch, secretsDir } from './pod.ts'

const connectorsDir = '/etc/connectors'
const flowDir = '/etc/flow'

const variables = (values: Readonly<Record<string, string>>): IEnvVar[] =>
  Object.entries(values).map(([name, value]) => ({ name, value }))

/** Where everything is, as `npm start` writes it for its tools. */
export const addresses = {
  KAFKA_BROKERS: brokers,
  CONNECT_URL: connectUrl,
  MYSQL_HOST: 'mysql',
  MYSQL_PORT: '3306',
  POSTGRES_HOST: 'postgres',
  POSTGRES_PORT: '5432',
  SECRETS_DIR: secretsDir,
  CONNECT_SECRETS_DIR: connectSecrets
} as const

const tool = (own: IContainer, mounted: readonly Mounted[], ready?: string) => {
  const { volumes, volumeMounts } = mountsOf([scratch('tmp', '/tmp'), ...mounted])
  const served = ready === undefined ? {} : { ports: [{ name: 'http', containerPort: httpPort }], ...probes(ready) }
  return pod({ volumes, containers: [container({ ...own, ...served, volumeMounts })] })
}

/** The connector files, as the keeper, the console and `connectctl apply` read them. */
export const connectorFiles = (connectors: Readonly<Record<string, string>>): IConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: metadata('connectors', 'begin'),
  data: { ...connectors }
})

/** The paths of the events and the sagas of the description, as the console and outboxctl read them. */
export const flowFiles = (system: System): IConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: metadata('flow', 'services'),
  data: {
    'hops.json': JSON.stringify(
      hopsFile(system, { serviceUrl, databaseUrl: database => urlReference(system, 'console', database) }),
      undefined,
      2
    ),
    'saga-map.json': JSON.stringify(sagaMapOf(system), undefined, 2)
  }
})

/** Ready as soon as it answers: what it finds broken is not its own state. */
export const keeper = () =>
  deployment({
    name: 'keeper',
    replicas: 1,
    podSpec: tool(
      {
        name: 'keeper',
        image: ownImages.connectctl,
        args: ['keep', '--host', '0.0.0.0', '--port', String(httpPort)],
        env: variables({ ...addresses, CONNECT_DIR: connectorsDir })
      },
      [passwords(['keeper']), files('connectors', connectorsDir)],
      '/health/live'
    )
  })

/** Not reachable from outside: `kubectl port-forward` leads to it, and its token lets a person in. */
export const console = () =>
  deployment({
    name: 'console',
    replicas: 1,
    podSpec: tool(
      {
        name: 'console',
        image: ownImages.console,
        env: variables({
          ...addresses,
          CONNECT_DIR: connectorsDir,
          KEEPER_URL: serviceUrl('keeper'),
          HOPS_FILE: `${flowDir}/hops.json`,
          SAGA_MAP: `${flowDir}/saga-map.json`,
          CONSOLE_HOST: '0.0.0.0',
          CONSOLE_PORT: String(httpPort),
          CONSOLE_TOKEN: `\${dir:${secretsDir}:console_token}`
        })
      },
      [passwords(['console', 'console_token']), files('connectors', connectorsDir), files('flow', flowDir)],
      '/health/live'
    )
  })

/** The work that comes before the services, for the jobs. */
export const jobPod = (own: IContainer, mounted: readonly Mounted[]) => ({
  ...tool(own, mounted),
  restartPolicy: 'Never' as const
})

export const connectorsMount = files('connectors', connectorsDir)
export const connectorVariables = variables({ ...addresses, CONNECT_DIR: connectorsDir })
