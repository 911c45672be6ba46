import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Progress } from './engines/cache.ts'
import { findJava21 } from './engines/java.ts'
import { fetchByMaven } from './engines/java-engine.ts'
import { freePort } from './ports.ts'
import { type Part, createPart } from './process/part.ts'
import { requireOk } from './require-ok.ts'
import type { StackSecurity } from './security/stack-security.ts'

/** Apicurio Registry with the Java that runs it. */
export type RegistryEngine = { readonly java: string; readonly jar: string }

export type RegistryPartOptions = {
  readonly engine: RegistryEngine
  readonly dir: string
  readonly port: number
  readonly security?: StackSecurity | undefined
  readonly nice?: number
}

export async function findRegistryEngine(progress: Progress): Promise<RegistryEngine> {
  const java = await findJava21(progress)
  return { java, jar: join(await fetchRegistry(progress), 'quarkus-run.jar') }
}

/** The folder with Apicurio Registry's jars; `quarkus-run.jar` in it starts it. */
export function fetchRegistry(progress: Progress): Promise<string> {
  const step = 'fetch Apicurio Registry 3.3.3 (160 MB, once)'
  return fetchByMaven({ pom: 'registry-pom.xml', name: 'apicurio-registry-3.3.3', step }, progress)
}

/** Where a registry offers Confluent's API. */
export function registryUrl(port: number, isSecured = false): string {
  return `${isSecured ? 'https' : 'http'}://127.0.0.1:${port}/apis/ccompat/v7`
}

/**
 * One Apicurio Registry on loopback. It keeps its schemas in a file of `dir`: an id that is given out twice would make a
 * consumer read an old record by a new schema. A new version of a schema must read what the last one wrote.
 */
export async function createRegistryPart({
  engine,
  dir,
  port,
  security,
  nice = 0
}: RegistryPartOptions): Promise<Part> {
  const folder = join(dir, 'registry')
  const temp = join(folder, 'tmp')
  await mkdir(temp, { recursive: true })
  const settings = {
    'quarkus.http.host': '127.0.0.1',
    'quarkus.http.port': port,
    ...(security && securedSettings(security, port)),
    'quarkus.management.host': '127.0.0.1',
    'quarkus.management.port': await freePort(),
    'quarkus.http.access-log.enabled': false,
    'java.io.tmpdir': temp,
    // By default H2 loses the last half second when it is killed, and would give out an id twice.
    'apicurio.datasource.url': `jdbc:h2:file:${join(folder, 'schemas')};WRITE_DELAY=0`,
    'apicurio.datasource.username': 'sa',
    'apicurio.datasource.password': 'sa',
    'apicurio.rules.global.compatibility': 'BACKWARD'
  }
  const properties = Object.entries(settings).map(([name, value]) => `-D${name}=${value}`)
  return createPart({
    name: 'registry',
    dir,
    command: engine.java,
    nice,
    args: ['-Xms64m', '-Xmx256m', '-XX:+ExitOnOutOfMemoryError', ...properties, '-jar', engine.jar],
    answers: () => requireOk(`${registryUrl(port, security !== undefined)}/subjects`, security && { ca: security.ca })
  })
}

/** Only with TLS. */
function securedSettings({ dir }: StackSecurity, port: number) {
  const pair = join(dir, 'registry.pem')
  return {
    'quarkus.http.insecure-requests': 'disabled',
    'quarkus.http.ssl-port': port,
    'quarkus.http.ssl.certificate.files': pair,
    'quarkus.http.ssl.certificate.key-files': pair
  }
}
