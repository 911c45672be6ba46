import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { groupSettings } from '@outbox-cdc/stack/connect-part'
import { brokerEnvironment, images, workerEnvironment } from '@outbox-cdc/stack/containers/images'
import { nodeSettings } from '@outbox-cdc/stack/kafka-part'
import { serverSettings } from '@outbox-cdc/stack/mysql-part'
import { postgresSettings } from '@outbox-cdc/stack/postgres-part'
import { settingsIn } from '@outbox-cdc/stack/properties'
import { accountsOf, choosePorts, hopsFile, loadSystem, portsOf, prometheusConfig } from '@outbox-cdc/pipeline'

const system = await loadSystem()
type Value = (typeof system.services)[number]['env'][string]

type Service = {
  readonly image: string
  readonly profiles?: readonly string[]
  readonly environment?: Readonly<Record<string, string | number>>
  readonly command?: readonly string[]
  readonly ports?: readonly string[]
  readonly group_add?: readonly string[]
  readonly healthcheck?: object
  readonly mem_limit?: string
  readonly restart?: string
  readonly logging?: object
  readonly volumes?: readonly string[]
  readonly networks?: readonly string[]
}

const root = join(import.meta.dirname, '../..')
const read = (file: string) => readFile(join(root, file), 'utf8')
const text = await read('docker-compose.yml')
const { services } = parse(text, { merge: true, maxAliasCount: -1 }) as { services: Record<string, Service> }
const all = Object.entries(services)
const node = { id: 1, port: 0, controllerPort: 0 }
const asTexts = (environment: Service['environment'] = {}) =>
  Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, String(value)]))
const secrets = new Map(
  (services['secrets']?.command ?? [])
    .filter(argument => argument.includes(':'))
    .map(argument => argument.split(':') as [file: string, group: string])
)

it('gives the workers every setting of worker.properties, as variables of their image', async () => {
  const properties = settingsIn(await read('connect-config/worker.properties'))
  const said = { ...properties, 'config.providers.dir.param.allowed.paths': '/run/secrets/connect' }
  expect(Object.keys(said).length).toBeGreaterThan(10)
  for (const worker of ['connect', 'connect-2'])
    expect(asTexts(services[worker]?.environment)).toMatchObject(workerEnvironment(said))
})

it('names the images that packages/stack runs, and sets brokers and workers up as it does', () => {
  for (const [name, image] of Object.entries(images)) expect([name, services[name]?.image]).toEqual([name, image])
  const group = Object.entries(workerEnvironment(groupSettings(1)))
  const worker = asTexts(services['connect']?.environment)
  const usual = (value: string | undefined) => value?.replace(/^\$\{\w+:-(.*)\}$/, '$1')
  for (const [name, value] of group) expect([name, usual(worker[name])]).toEqual([name, value])
  const places = /listeners|voters|node\.id/
  const broker = Object.entries(nodeSettings(node, [node], { listenOn: '' })).filter(([key]) => !places.test(key))
  const given = asTexts(services['kafka']?.environment)
  for (const [name, value] of Object.entries(brokerEnvironment(Object.fromEntries(broker))))
    expect([name, usual(given[name])]).toEqual([name, value])
})

it('starts MySQL with the settings of packages/stack', () => {
  expect(services['mysql']?.command).toEqual(serverSettings)
})

it('starts PostgreSQL with the settings of packages/stack, and only if it is asked for', () => {
  const { command, profiles, environment } = services['postgres'] ?? {}
  expect(command).toEqual(['postgres', ...postgresSettings.flatMap(setting => ['-c', setting])])
  expect(profiles).toEqual(['postgres'])
  expect(environment).toMatchObject({ POSTGRES_PASSWORD_FILE: '/run/secrets/postgres' })
})

it('makes a password for each server and for each account, each for a group of its own', () => {
  const files = accountsOf(system).map(({ name, capture }) => (capture ? `connect/${name}` : name))
  expect([...secrets.keys()].toSorted()).toEqual(['root', 'postgres', ...files].toSorted())
  expect(new Set(secrets.values()).size).toBe(secrets.size)
})

it('lets a service into the groups of the passwords that it uses, and into no other', () => {
  const all = [...secrets.values()]
  const expected: Record<string, readonly string[]> = { secrets: all, migrate: all, connectors: ['20005', '20006'] }
  for (const [name, { group_add: groups = [], environment }] of Object.entries(services)) {
    const used = [...JSON.stringify(environment ?? {}).matchAll(/\$\$\{dir:\/run\/secrets:(\w+)\}/g)]
    const wanted = new Set(used.map(([, file = '']) => secrets.get(file)))
    if (name.startsWith('connect')) wanted.add(secrets.get('connect/debezium'))
    if (name === 'console') wanted.add(secrets.get('console') ?? '') // its file of hops names the password
    if (name === 'keeper') wanted.add(secrets.get('keeper'))
    expect([name, groups]).toEqual([name, expected[name] ?? [...wanted]])
  }
})

it('pins every public image, and bounds and checks every service', () => {
  for (const [name, { image, mem_limit, healthcheck, restart, logging }] of all) {
    expect([name, mem_limit]).toEqual([name, expect.any(String)])
    expect([name, logging]).toEqual([name, { driver: 'local' }]) // the default log driver has no limit
    if (image.startsWith('outbox-cdc/')) continue // these images have their own HEALTHCHECK
    expect([name, image]).toEqual([name, expect.stringMatching(/:v?\d+(\.\d+)+/)])
    expect([name, healthcheck, restart]).toEqual([name, expect.any(Object), 'unless-stopped'])
  }
})

it('publishes on loopback alone, on the ports that npm start uses', () => {
  const published = all.flatMap(([, { ports = [] }]) => ports)
  const parts = published.map(port => /^127\.0\.0\.1:\$\{(\w+):-(\d+)\}:\d+$/.exec(port))
  expect(published.filter((_, index) => parts[index] === null)).toEqual([])
  const usual = new Map(parts.map(found => [found?.[1], Number(found?.[2])]))
  expect(new Set(usual.values()).size).toBe(published.length)
  const payments = { engine: 'postgres', accounts: {} } as const
  for (const { name, variable, usual: port } of portsOf({ ...system, databases: { ...system.databases, payments } }))
    if (name !== 'jmx') expect([variable, usual.get(variable)]).toEqual([variable, port])
})

it('runs each service of the description in its environment', () => {
  for (const { name, env, port } of system.services) {
    const { environment, ports } = services[name] ?? {}
    const given = asTexts(environment)
    expect([name, ports]).toEqual([name, [expect.stringContaining(port.variable)]])
    for (const [variable, value] of Object.entries(env)) {
      const expected = inCompose(value)
      if (expected !== undefined) expect([variable, given[variable] ?? expected]).toEqual([variable, expected])
      if (typeof value !== 'string' && 'account' in value) expect(Object.keys(given)).toContain(variable)
    }
  }
})

it('shows the hops of the description on the console', async () => {
  const { HOPS_FILE: file = '', ...environment } = asTexts(services['console']?.environment)
  const hops = JSON.parse(await read(file.replace('/app/', '')))
  const account = `console:${'$'}{dir:/run/secrets:console}`
  expect(hops).toEqual(
    hopsFile(system, {
      databaseUrl: name => `mysql://${account}@mysql:3306/${name}?ssl-mode=${'$'}{env:MYSQL_SSL_MODE}`,
      serviceUrl: name => `http://${name}:${system.services.find(service => service.name === name)?.port.usual}`
    })
  )
  expect(environment).toMatchObject({ MYSQL_SSL_MODE: 'DISABLED' })
  expect(await read('Dockerfile')).toContain(`COPY ${file.replace('/app/', '')} systems/`)
})

it('lets Prometheus and Grafana only read the files of ops, and only if they are asked for', async () => {
  for (const name of ['prometheus', 'grafana']) {
    const { profiles, volumes = [] } = services[name] ?? {}
    expect([name, profiles]).toEqual([name, ['observe']])
    const ours = volumes.filter(volume => volume.startsWith('.'))
    expect(ours.filter(volume => !/^\.\/ops(\/[\w/]+)?:\/etc\/[\w/]+:ro$/.test(volume))).toEqual([])
  }
  expect(asTexts(services['grafana']?.environment)).toMatchObject({
    GF_AUTH_ANONYMOUS_ORG_ROLE: 'Viewer',
    GF_SECURITY_DISABLE_INITIAL_ADMIN_CREATION: 'true'
  })
  const { datasources } = parse(await read('ops/grafana/provisioning/datasources/prometheus.yml'))
  expect(datasources[0].url).toBe('http://prometheus:9090')
})

it('lets only the Pact Broker reach its database', () => {
  const { networks, ports, profiles } = services['contract-database'] ?? {}
  expect({ networks, ports, profiles }).toEqual({ networks: ['contracts'], ports: undefined, profiles: ['contracts'] })
  expect(all.filter(([, service]) => service.networks?.includes('contracts')).map(([name]) => name)).toEqual([
    'contract-broker',
    'contract-database'
  ])
  expect(parse(text).networks).toEqual({ contracts: { internal: true } })
})

it('lets Prometheus scrape every part that npm start lets it scrape', async () => {
  const ports = choosePorts(system, ({ usual }) => usual)
  const usual = new Map(portsOf(system).map(({ name, usual: port }) => [`127.0.0.1:${port}`, `${name}:${port}`]))
  const inCompose = (target: string) => usual.get(target)
  const jobs = prometheusConfig({ system, ports }).scrape_configs.map(
    ({ job_name, static_configs: [{ targets }] }) => ({
      job_name,
      static_configs: [{ targets: targets.map(inCompose) }]
    })
  )
  const { scrape_configs, global } = parse(await read('ops/prometheus.yml'))
  expect(scrape_configs).toMatchObject(jobs)
  expect(global).toEqual(prometheusConfig({ system, ports }).global)
  const replicas = all.flatMap(([name, { profiles = [] }]) =>
    profiles.includes('cluster') && name.includes('-service-') ? [name] : []
  )
  expect(scrape_configs[0].dns_sd_configs.flatMap(({ names }: { names: string[] }) => names)).toEqual(replicas)
})

/** What a value of the description is inside compose; undefined where compose leaves the service's default. */
function inCompose(value: Value): string | undefined {
  if (typeof value === 'string') return value
  if ('account' in value)
    return `mysql://${value.account}:${'$$'}{dir:/run/secrets:${value.account}}@mysql:3306/${value.database}`
  if ('urlOf' in value) return `http://${value.urlOf}`
  if ('variable' in value || 'secretsIn' in value) return undefined
  if (value.from === 'brokers') return '${CLUSTER_BROKERS:-kafka:29092}'
  return value.from === 'registry' ? '${SCHEMA_REGISTRY_URL:-}' : undefined
}

it('uses only variables of .env.example or of the files of profiles, with the same defaults', async () => {
  const told = new Map(
    [...(await read('.env.example')).matchAll(/^# ([A-Z_0-9]+)=(.*)$/gm)].map(([, name, value]) => [name, value])
  )
  const files = (await Promise.all(['cluster.env', 'registry.env', 'postgres.env'].map(read))).join('\n')
  const ofProfiles = [...files.matchAll(/^([A-Z_0-9]+)=/gm)].map(([, name]) => name)
  const used = [...text.matchAll(/(?<!\$)\$\{([A-Z_0-9]+):-([^}]*)\}/g)]
  const own = used.filter(([, name = '']) => !ofProfiles.includes(name))
  expect(own.map(([, name, value]) => [name, value])).toEqual(own.map(([, name]) => [name, told.get(name)]))
})

it('builds our images from folders that .dockerignore lets through', async () => {
  const copied = [...(await read('Dockerfile')).matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, paths = '']) =>
    paths.split(' ')
  )
  const allowed: readonly string[] = (await read('.dockerignore')).match(/(?<=^!).+$/gm) ?? []
  const isAllowed = (path: string) => allowed.some(folder => path === folder || path.startsWith(`${folder}/`))
  expect(copied.filter(path => !isAllowed(path))).toEqual([])
})

it('builds our images with the manifest of every workspace that they may need', async () => {
  const dockerfile = await read('Dockerfile')
  const workspaces = [
    ...(await readdir(join(root, 'packages'))).map(name => `packages/${name}`),
    'order-service',
    'delivery-service'
  ]
  expect(workspaces.filter(path => !dockerfile.includes(`COPY ${path}/package.json ${path}/\n`))).toEqual([])
})
