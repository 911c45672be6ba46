import { join } from 'node:path'
import type { KafkaSecurity } from '@outbox-cdc/outbox/security'
import { ensureWorkerAccount } from './connect-part.ts'
import type { Progress } from './engines/cache.ts'
import { StackError } from './errors.ts'
import { type Ports, type RequestedPorts, choosePorts } from './ports.ts'
import type { Part } from './process/part.ts'
import { readProperties } from './properties.ts'
import { registryUrl } from './registry-part.ts'
import { readOrCreateSecret } from './secrets.ts'
import { type StackSecurity, adminAccess, mysqlTls, postgresTls, prepareSecurity } from './security/stack-security.ts'

/** The real engines, whichever way they run: child processes, containers, or servers that already run. */
export type Stack = {
  readonly mysql: {
    readonly host: string
    readonly port: number
    readonly rootPassword: string
    readonly tls?: string | undefined
  }
  /**
   * PostgreSQL, where one was wanted; its superuser is `postgres`. `tls` is what a database's URL has after its `?`, such as
   * `sslmode=verify-full&sslrootcert=/ca.pem`.
   */
  readonly postgres?:
    | { readonly host: string; readonly port: number; readonly password: string; readonly tls?: string | undefined }
    | undefined
  /** With how its administrator logs in, where the brokers are secured. */
  readonly kafka: { readonly brokers: readonly string[]; readonly security?: KafkaSecurity }
  /** A password in a URL is a reference, such as `${dir:FOLDER:FILE}`. */
  readonly connect: { readonly urls: readonly string[] }
  /** The schema registry, where one was wanted, at the address that Confluent's clients use. */
  readonly registry?: { readonly url: string } | undefined
  /** What all parts were secured with, where that was wanted. */
  readonly security?: StackSecurity | undefined
  /** What can be broken on purpose: 'mysql', 'postgres', 'kafka-1' …, 'controller', 'connect-1' …, 'registry'. Empty for servers that already ran. */
  readonly parts: readonly Part[]
  /** The part of that name; throws when there is none. */
  part(name: string): Part
  /** Stops everything, the last started first. Servers that already ran keep running. */
  stopAll(): Promise<void>
}

export type PartName = 'mysql' | 'postgres' | 'kafka' | 'connect' | 'registry'

export const usualParts: readonly PartName[] = ['mysql', 'kafka', 'connect']

export type StackOptions = {
  /** For logs and secrets. */
  readonly dir: string
  /** MySQL, Kafka and Connect when left out. A registry runs as a process only. */
  readonly parts?: readonly PartName[]
  /** Every part demands TLS, and Kafka and Connect a password too; keys and passwords are made in `secrets`. */
  readonly secure?: boolean
  /** Two have a controller beside them; one and three are their own controllers. */
  readonly brokers?: 1 | 2 | 3
  readonly workers?: 1 | 2
  /** Ports that are not named are chosen among the free ones. */
  readonly ports?: RequestedPorts
  /** A worker's properties file, else it writes JSON; `${NAME}` in it is replaced from `references`: folders that the workers can read. */
  readonly workerProperties?: string
  readonly references?: Readonly<Record<string, string>>
  readonly progress?: Progress
}

export const noProgress: Progress = (_step, work) => work()

type Opening = StackOptions & {
  /** The parts whose requested ports must be free. */
  readonly wanted: readonly string[]
  /** Follows the names of the parts in the progress. */
  readonly where?: string
  /** Called when all parts have stopped. */
  readonly release: () => unknown
}

const jsonConverter = 'org.apache.kafka.connect.json.JsonConverter'
const jsonConverters = { 'key.converter': jsonConverter, 'value.converter': jsonConverter }

/** What all parts are described by. */
export type Plan = Awaited<ReturnType<typeof makePlan>>

async function makePlan(options: Opening) {
  const {
    dir,
    brokers = 1,
    workers = 1,
    ports = {},
    workerProperties,
    references = {},
    wanted,
    secure = false
  } = options
  return {
    dir,
    ports: await choosePorts(ports, { brokers, workers, wanted }),
    rootPassword: await readOrCreateSecret(join(dir, 'secrets'), 'root'),
    postgresPassword: wanted.includes('postgres')
      ? await readOrCreateSecret(join(dir, 'secrets'), 'postgres')
      : undefined,
    security: secure ? await prepareSecurity(dir) : undefined,
    worker: workerProperties === undefined ? jsonConverters : await readProperties(workerProperties, references)
  }
}

/** Creates and starts parts on loopback, and resolves when all answer. When one fails, none keeps running. */
export async function openStack(
  opening: Opening,
  createParts: (plan: Plan) => Promise<readonly Part[]>
): Promise<Stack> {
  const { progress = noProgress, where = '', release } = opening
  let parts: readonly Part[] = []
  const stop = (stopped: readonly Part[]) => Promise.all(stopped.map(part => part.stop()))
  const stopAll = async () => {
    const isWorker = ({ name }: Part) => name.startsWith('connect')
    const isController = ({ name }: Part) => name === 'controller'
    await stop(parts.filter(isWorker))
    await stop(parts.filter(part => !isWorker(part) && !isController(part)))
    // A broker only ends in order once the controller has given its partitions to others.
    await stop(parts.filter(isController))
    await release()
  }
  try {
    const plan = await makePlan(opening)
    parts = await createParts(plan)
    await progress(`start ${namesOf(parts)}${where}`, () => startParts(parts, plan))
    return stackOf(plan, parts, stopAll)
  } catch (error) {
    await stopAll()
    throw error
  }
}

function stackOf(plan: Plan, parts: readonly Part[], stopAll: Stack['stopAll']): Stack {
  const { ports, rootPassword, postgresPassword: password, security } = plan
  return {
    mysql: { host: '127.0.0.1', port: ports.mysql, rootPassword, tls: security && mysqlTls(security) },
    postgres:
      password === undefined
        ? undefined
        : { host: '127.0.0.1', port: ports.postgres, password, tls: security && postgresTls(security) },
    kafka: { brokers: brokersOf(ports), ...(security && { security: adminAccess(security) }) },
    connect: { urls: ports.connect.map(port => connectUrl(port, security)) },
    registry: parts.some(({ name }) => name === 'registry')
      ? { url: registryUrl(ports.registry, security !== undefined) }
      : undefined,
    security,
    parts,
    part(name) {
      const part = parts.find(candidate => candidate.name === name)
      if (part !== undefined) return part
      throw new StackError('UNKNOWN_PART', `There is no part ${name}; there are ${namesOf(parts)}.`)
    },
    stopAll
  }
}

function connectUrl(port: number, security: StackSecurity | undefined): string {
  if (security === undefined) return `http://127.0.0.1:${port}`
  return `https://connect-admin:\${dir:${security.secrets}:connect-admin}@127.0.0.1:${port}`
}

/** Starts Kafka before Connect and all else at once. Waits even when a part fails, so that the caller can stop the rest. */
async function startParts(parts: readonly Part[], { ports, security }: Plan): Promise<void> {
  const start = (...kinds: readonly string[]) =>
    Promise.all(parts.filter(({ name }) => kinds.some(kind => name.startsWith(kind))).map(part => part.start()))
  const letWorkersIn = async () => {
    if (security === undefined || !parts.some(({ name }) => name.startsWith('connect'))) return
    const kafka = { brokers: brokersOf(ports), security: adminAccess(security) }
    await ensureWorkerAccount(kafka, security.workerPassword)
  }
  const started = await Promise.allSettled([
    start('mysql', 'postgres', 'registry'),
    start('kafka', 'controller')
      .then(letWorkersIn)
      .then(() => start('connect'))
  ])
  const failed = started.find(result => result.status === 'rejected')
  if (failed !== undefined) throw failed.reason
}

export function brokersOf(ports: Ports): readonly string[] {
  return ports.kafka.flatMap(({ port }) => (port === undefined ? [] : [`127.0.0.1:${port}`]))
}

function namesOf(parts: readonly Part[]): string {
  return parts.map(({ name }) => name).join(', ')
}

/** Servers that already run: they can be used, but neither started nor broken from here. */
export function externalStack(servers: Pick<Stack, 'mysql' | 'postgres' | 'kafka' | 'connect' | 'registry'>): Stack {
  return {
    ...servers,
    parts: [],
    part: name => {
      throw new StackError('UNKNOWN_PART', `${name} was running before, so it cannot be stopped or broken from here.`)
    },
    stopAll: async () => undefined
  }
}
