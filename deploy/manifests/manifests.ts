import { connectorFiles as filesOf, loadSystem, root } from '@outbox-cdc/pipeline'
import { readConnectorFile } from '@outbox-cdc/connectctl'
import { readProperties } from '@outbox-cdc/stack/properties'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { mysql, postgres } from './databases.ts'
import { connectorsJob, passwordFiles, prepareJob } from './jobs.ts'
import { connect, connectSecrets, connector, kafka, topics } from './kafka.ts'
import { metadata, namespace, objectName } from './names.ts'
import { connections, kafkaClients, networkPolicies } from './network-policies.ts'
import { serviceManifests } from './services.ts'
import { addresses, connectorFiles, console, flowFiles, keeper } from './tools.ts'

/** Where the written files are. */
export const folder = join(root, 'deploy/flower-delivery/base')

const head = '# Written by `npm run manifests`, from systems/flower-delivery.ts and deploy/manifests. Change those.\n'
const yaml = (documents: readonly object[]): string =>
  head + documents.map(document => stringify(document, { lineWidth: 0, aliasDuplicateObjects: false })).join('---\n')

/** Every written file of deploy/flower-delivery/base, by its name. */
export async function manifests(): Promise<Readonly<Record<string, string>>> {
  const system = await loadSystem('flower-delivery')
  const worker = await readProperties(join(root, 'connect-config/worker.properties'), {
    CONNECT_SECRETS_DIR: connectSecrets
  })
  const read = (references: Readonly<Record<string, string>>) =>
    Promise.all(filesOf(system).map(file => readConnectorFile(file, references)))
  const asWritten = (await read(sameReferences)).map(({ name, config }) => [
    `${name}.json`,
    JSON.stringify(config, undefined, 2)
  ])
  const reached = connections(system)
  const documents: Readonly<Record<string, readonly object[]>> = {
    namespace: [namespaceManifest()],
    mysql: mysql(),
    postgres: postgres(),
    kafka: kafka(kafkaClients(reached)),
    topics: topics(system),
    connect: [connect(worker)],
    'network-policies': networkPolicies(reached),
    prepare: [prepareJob(system)],
    connectors: (await read(addresses)).map(connector),
    'connectors-job': [connectorFiles(Object.fromEntries(asWritten)), connectorsJob()],
    ...Object.fromEntries(system.services.map(service => [service.name, serviceManifests(system, service)])),
    flow: [flowFiles(system)],
    keeper: keeper(),
    console: console()
  }
  const files = Object.entries(documents).map(([name, some]) => [`${name}.yaml`, yaml(some)])
  return {
    ...Object.fromEntries(files),
    'kustomization.yaml': yaml([kustomization(Object.keys(documents))]),
    accounts: secretsList([...passwordFiles(system), 'console_token'])
  }
}

/** The files keep their references, so that who reads them fills them in. */
const sameReferences: Readonly<Record<string, string>> = Object.fromEntries(
  Object.keys(addresses).map(name => [name, `\${${name}}`])
)

function namespaceManifest() {
  const { labels } = metadata(namespace, 'namespace')
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: namespace, labels: { ...labels, 'pod-security.kubernetes.io/warn': 'restricted' } }
  }
}

const kustomization = (names: readonly string[]) => ({
  apiVersion: 'kustomize.config.k8s.io/v1beta1',
  kind: 'Kustomization',
  namespace,
  resources: names.map(name => `${name}.yaml`),
  configMapGenerator: [
    { name: 'settings', envs: ['settings.env'], options: { labels: metadata('', 'services').labels } }
  ]
})

/** Each Secret with the name of its only key, for deploy/make-secrets.sh. */
const secretsList = (paths: readonly string[]): string =>
  paths
    .map(path => path.replace(/^.*\//, ''))
    .map(account => `${objectName(account)} ${account}\n`)
    .join('')
