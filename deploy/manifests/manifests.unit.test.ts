import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { images } from '@outbox-cdc/stack/containers/images'
import { connectorFiles, loadSystem, root } from '@outbox-cdc/pipeline'
import { readConnectorFile } from '@outbox-cdc/connectctl'
import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { changes } from '../../scripts/manifests.ts'
import { base, problemsOf, readDocuments } from './read-documents.ts'
import { addresses } from './tools.ts'

const system = await loadSystem('flower-delivery')
const documents = await readDocuments()
const ofKind = (kind: string) => documents.filter(document => document.kind === kind)
const named = (kind: string, name: string) => ofKind(kind).find(({ metadata }) => metadata.name === name)
const deployments = ofKind('Deployment')
const workloads = [...deployments, ...ofKind('StatefulSet'), ...ofKind('Job')]
const services = system.services.map(({ name }) => name)

it('has the manifests that the description gives; if not, run `npm run manifests`', async () => {
  expect([...(await changes()).keys()]).toEqual([])
})

it('fits the schemas of Kubernetes and KEDA', () => {
  expect(documents.flatMap(problemsOf)).toEqual([])
})

it('lists every file in the kustomization', async () => {
  const { resources } = parse(await readFile(join(base, 'kustomization.yaml'), 'utf8'))
  const files = (await readdir(base)).filter(name => name.endsWith('.yaml') && name !== 'kustomization.yaml')
  expect(resources.toSorted()).toEqual(files.toSorted())
})

it('runs every service of the description, the keeper and the console on port 8080, each with an address', () => {
  expect(deployments.map(({ metadata }) => metadata.name).toSorted()).toEqual(
    [...services, 'keeper', 'console'].toSorted()
  )
  for (const { metadata, spec } of deployments) {
    const address = named('Service', metadata.name)?.spec
    expect(address.ports).toEqual([{ name: 'http', port: 8080, targetPort: 8080 }])
    expect(spec.template.spec.containers[0].ports).toEqual([{ name: 'http', containerPort: 8080 }])
    expect(spec.template.metadata.labels).toMatchObject(address.selector)
    expect(spec.template.metadata.labels).toMatchObject(spec.selector.matchLabels)
    const budget = named('PodDisruptionBudget', metadata.name)?.spec
    expect(budget).toEqual({ maxUnavailable: 1, selector: spec.selector })
  }
})

it('asks for health at the paths that the services have, as often as the original did', () => {
  const ready = new Map(system.services.map(service => [service.name, service.ready]))
  for (const { metadata, spec } of deployments) {
    const [{ readinessProbe, livenessProbe, startupProbe }] = spec.template.spec.containers
    expect(readinessProbe).toEqual({
      httpGet: { path: ready.get(metadata.name) ?? '/health/live', port: 8080 },
      initialDelaySeconds: 10,
      timeoutSeconds: 2,
      periodSeconds: 5,
      failureThreshold: 10
    })
    expect(livenessProbe.httpGet).toEqual({ path: '/health/live', port: 8080 })
    expect(startupProbe.httpGet).toEqual(livenessProbe.httpGet)
    expect(startupProbe.periodSeconds * startupProbe.failureThreshold).toBeGreaterThanOrEqual(120)
  }
})

it('never takes a pod away before another is ready, and lets it stop in its own time', () => {
  for (const { spec } of deployments) {
    expect(spec.strategy).toEqual({ type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } })
    // runService ends a stop that takes longer than 9 s.
    expect(spec.template.spec.terminationGracePeriodSeconds).toBeGreaterThan(9)
  }
})

it('runs every container without root, rights, or a file system that it can write, within limits', () => {
  for (const { spec } of workloads) {
    const { containers, securityContext, automountServiceAccountToken, hostNetwork } = spec.template.spec
    expect(securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } })
    expect(securityContext.runAsUser).toBeGreaterThan(0)
    expect([automountServiceAccountToken, hostNetwork]).toEqual([false, undefined])
    for (const container of containers) {
      expect(container.securityContext).toEqual({
        allowPrivilegeEscalation: false,
        privileged: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] }
      })
      const { requests, limits } = container.resources
      expect([requests.cpu, requests.memory, limits.cpu, limits.memory].filter(Boolean)).toHaveLength(4)
    }
  }
})

it('scales payment by CPU from one to six, and what reads events by what waits, up to a replica for each partition', () => {
  const hpa = ofKind('HorizontalPodAutoscaler')
  expect(hpa.map(({ spec }) => spec)).toEqual([
    {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'payment' },
      minReplicas: 1,
      maxReplicas: 6,
      metrics: [
        { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } }
      ]
    }
  ])
  const scaled = ofKind('ScaledObject')
  expect(scaled.map(({ metadata }) => metadata.name)).toEqual(['delivery', 'item', 'order', 'shop'])
  for (const { metadata, spec } of scaled) {
    const { reads } = system.services.find(({ name }) => name === metadata.name) ?? {}
    expect([spec.scaleTargetRef.name, spec.maxReplicaCount]).toEqual([metadata.name, 6])
    expect(spec.triggers.map((trigger: { metadata: object }) => trigger.metadata)).toMatchObject(
      reads?.topics.map(topic => ({ topic, consumerGroup: reads.group })) ?? []
    )
  }
  // A number in the Deployment would undo what the scaler decided, at each roll-out.
  const scalers = [...scaled, ...hpa].map(({ metadata }) => metadata.name)
  const numbered = deployments.filter(({ spec }) => 'replicas' in spec).map(({ metadata }) => metadata.name)
  expect(numbered.filter(name => scalers.includes(name))).toEqual([])
})

it('gives a service every variable that the description gives it, and its settings from the ConfigMap', async () => {
  const settings = await readFile(join(base, 'settings.env'), 'utf8')
  const { configMapGenerator } = parse(await readFile(join(base, 'kustomization.yaml'), 'utf8'))
  expect(configMapGenerator).toMatchObject([{ name: 'settings', envs: ['settings.env'] }])
  for (const { name, env } of system.services) {
    type Given = { readonly name: string; readonly value?: string; readonly valueFrom?: { configMapKeyRef: object } }
    const list: readonly Given[] = named('Deployment', name)?.spec.template.spec.containers[0].env
    const given = new Map(list.map(one => [one.name, one]))
    for (const [variable, value] of Object.entries(env)) {
      if (typeof value !== 'object' || ('from' in value && value.from !== 'brokers')) continue
      const { valueFrom, value: text = '' } = given.get(variable) ?? {}
      if ('variable' in value)
        expect(valueFrom?.configMapKeyRef).toMatchObject({ name: 'settings', key: value.variable })
      if ('urlOf' in value) expect([name, text]).toEqual([name, `http://${value.urlOf}:8080`])
      if ('account' in value) expect(text).toContain(`${value.account}:\${dir:/run/secrets:${value.account}}@`)
    }
  }
  expect(settings).toContain('PAYMENT_FALLBACK=')
})

it('holds no secret: passwords are files of Secrets that only the cluster knows', async () => {
  expect(ofKind('Secret')).toEqual([])
  const text = (await Promise.all((await readdir(base)).map(name => readFile(join(base, name), 'utf8')))).join('\n')
  const references = [...text.matchAll(/:\/\/\w+:([^@\s]+)@/g)].map(([, password = '']) => password)
  expect(references.length).toBeGreaterThan(5)
  expect(references.filter(password => !/^\$\{dir:[\w/]+:\w+\}$/.test(password))).toEqual([])
  const made = new Set((await readFile(join(base, 'accounts'), 'utf8')).trim().split('\n'))
  const mounted = workloads
    .flatMap(({ spec }) => spec.template.spec.volumes)
    .flatMap(({ projected }) => projected?.sources ?? [])
    .map(({ secret }) => `${secret.name} ${secret.items[0].key}`)
  expect(mounted.filter(each => !made.has(each))).toEqual([])
})

it('lets a service read its own password and no other', () => {
  for (const { name, env } of system.services) {
    const volumes: { projected?: { sources: { secret: { items: { key: string }[] } }[] } }[] = named('Deployment', name)
      ?.spec.template.spec.volumes
    const keys = volumes.flatMap(({ projected }) => projected?.sources ?? []).map(({ secret }) => secret.items[0]?.key)
    const own = Object.values(env).flatMap(value =>
      typeof value === 'object' && 'account' in value ? [value.account] : []
    )
    expect([name, keys]).toEqual([name, [...new Set(own)]])
  }
})

it('makes the topics of the description, with their partitions and settings', () => {
  const made = ofKind('KafkaTopic').map(({ spec }) => ({
    name: spec.topicName,
    partitions: spec.partitions,
    config: spec.config
  }))
  expect(made).toEqual(system.topics.map(({ name, partitions, config }) => ({ name, partitions, config })))
  const names = ofKind('KafkaTopic').map(({ metadata }) => metadata.name)
  expect(new Set(names).size).toBe(names.length)
  expect(names.filter(name => !/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(name))).toEqual([])
})

it('has the connectors of examples/flower-delivery/connectors, for Strimzi and for our tools', async () => {
  const files = await Promise.all(connectorFiles(system).map(file => readConnectorFile(file, addresses)))
  const said = ofKind('KafkaConnector').map(({ metadata, spec }) => ({
    name: metadata.name,
    config: { 'connector.class': spec.class, 'tasks.max': String(spec.tasksMax), ...spec.config }
  }))
  expect(said).toEqual(files)
  expect(Object.keys(named('ConfigMap', 'connectors')?.data ?? {})).toEqual(files.map(({ name }) => `${name}.json`))
})

it('pins every image, with the versions of the engines that npm start runs', () => {
  const used = workloads.flatMap(({ spec }) =>
    spec.template.spec.containers.map(({ image }: { image: string }) => image)
  )
  const all = [...used, named('KafkaConnect', 'flower')?.spec.image]
  expect(all.filter(image => !/:[\w.-]+$/.test(image) || image.endsWith(':latest'))).toEqual([])
  expect(all).toEqual(expect.arrayContaining([images.mysql, images.postgres]))
  for (const [kind, version] of [
    ['Kafka', named('Kafka', 'flower')?.spec.kafka.version],
    ['KafkaConnect', named('KafkaConnect', 'flower')?.spec.version]
  ])
    expect([kind, `apache/kafka:${version}`]).toEqual([kind, images.kafka])
})

it('builds each of our images from a target of the Dockerfile, and runs files that are in it', async () => {
  const dockerfile = await readFile(join(root, 'Dockerfile'), 'utf8')
  const targets = [...dockerfile.matchAll(/^FROM .* AS (\S+)$/gm)].map(([, target]) => target)
  const own = new Set(JSON.stringify(documents).match(/(?<=outbox-cdc\/)[\w-]+(?=:dev)/g))
  expect([...own].filter(name => !targets.includes(name))).toEqual([])
  expect(own.size).toBe(5)
  for (const { name, main } of system.services)
    expect(named('Deployment', name)?.spec.template.spec.containers[0].args).toEqual([main])
  expect(dockerfile).toContain(`FROM ${images.connect} AS debezium\n`)
  expect(dockerfile).toContain(`FROM quay.io/strimzi/kafka:1.2.0-kafka-${images.kafka.replace(/^.*:/, '')} AS`)
})
