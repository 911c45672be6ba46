import { serverSettings } from '@outbox-cdc/stack/mysql-part'
import { images } from '@outbox-cdc/stack/containers/images'
import { postgresSettings } from '@outbox-cdc/stack/postgres-part'
import type { IStatefulSet } from 'kubernetes-models/apps/v1'
import type { IEnvVar, IService } from 'kubernetes-models/v1'
import { metadata, selectorOf } from './names.ts'
import { container, mountsOf, passwords, pod, scratch, type Mounted } from './pod.ts'

type Server = {
  readonly name: string
  readonly image: string
  readonly port: number
  readonly args: readonly string[]
  readonly env: readonly IEnvVar[]
  readonly password: string
  readonly data: string
  /** What the server must write beside its data. */
  readonly scratches: readonly Mounted[]
  /** Over TCP: while the image initialises, its temporary server answers only on the socket. */
  readonly answers: readonly string[]
}

// Of the user in both images.
const user = 999

function server({ name, image, port, args, env, password, data, scratches, answers }: Server) {
  const selector = selectorOf(name)
  const about = metadata(name, 'engines', selector)
  const { volumes, volumeMounts } = mountsOf([passwords([password]), ...scratches])
  const probe = { exec: { command: [...answers] }, timeoutSeconds: 5, periodSeconds: 5 }
  const spec = pod(
    {
      volumes,
      terminationGracePeriodSeconds: 60,
      containers: [
        container(
          {
            name,
            image,
            args: [...args],
            env: [...env],
            ports: [{ name, containerPort: port }],
            startupProbe: { ...probe, failureThreshold: 60 },
            readinessProbe: { ...probe, failureThreshold: 3 },
            livenessProbe: { ...probe, failureThreshold: 12 },
            volumeMounts: [...volumeMounts, { name: 'data', mountPath: data }]
          },
          { cpu: '250m', memory: '512Mi', mostMemory: '1Gi' }
        )
      ]
    },
    user
  )
  const set: IStatefulSet = {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: about,
    spec: {
      serviceName: name,
      replicas: 1,
      selector: { matchLabels: selector },
      template: { metadata: { labels: about.labels }, spec },
      volumeClaimTemplates: [
        {
          metadata: { name: 'data' },
          spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '10Gi' } } }
        }
      ]
    }
  }
  const address: IService = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: about,
    spec: { clusterIP: 'None', selector, ports: [{ name, port, targetPort: port }] }
  }
  return [set, address]
}

/** One server for all databases on MySQL, with the settings of `npm start`. */
export const mysql = () =>
  server({
    name: 'mysql',
    image: images.mysql,
    port: 3306,
    args: serverSettings,
    env: [{ name: 'MYSQL_ROOT_PASSWORD_FILE', value: '/run/secrets/root' }],
    password: 'root',
    data: '/var/lib/mysql',
    scratches: [scratch('tmp', '/tmp'), scratch('run', '/var/run/mysqld')],
    answers: ['mysqladmin', 'ping', '-h', '127.0.0.1', '--silent']
  })

/** PostgreSQL with the settings of `npm start`. Its image stops it by SIGINT, which doesn't wait for clients. */
export const postgres = () =>
  server({
    name: 'postgres',
    image: images.postgres,
    port: 5432,
    args: ['postgres', ...postgresSettings.flatMap(setting => ['-c', setting])],
    env: [
      { name: 'POSTGRES_PASSWORD_FILE', value: '/run/secrets/postgres' },
      { name: 'POSTGRES_INITDB_ARGS', value: '--encoding=UTF8 --locale=C' }
    ],
    password: 'postgres',
    data: '/var/lib/postgresql',
    scratches: [scratch('tmp', '/tmp'), scratch('run', '/var/run/postgresql')],
    answers: ['pg_isready', '-h', '127.0.0.1', '-U', 'postgres', '-q']
  })
