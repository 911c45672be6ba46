import { explainSecurity } from '../security/explain.ts'
import { resolveSecrets } from '../security/secrets.ts'
import type { Environment } from '../security/settings-error.ts'

/** Where a schema registry is, and who asks it. A password may also stand in the URL, as `https://user:password@host`. */
export type RegistryAddress = {
  /** Of its Confluent-compatible API: `http://127.0.0.1:8081/apis/ccompat/v7` for Apicurio. */
  readonly url: string
  readonly auth?: { readonly username: string; readonly password: string }
  /** A bearer token. */
  readonly token?: string | undefined
}

/** The registry at a URL, with the bearer token of SCHEMA_REGISTRY_TOKEN. Both may hold `${dir:…}` and the like. */
export function registryAddress(url: string, environment: Environment): RegistryAddress {
  const token = environment['SCHEMA_REGISTRY_TOKEN']
  return {
    url: resolveSecrets(url, environment),
    ...(token !== undefined && token !== '' && { token: resolveSecrets(token, environment) })
  }
}

/** The URL without its password, which may be logged, and the headers that every request needs. */
export function registryAccess({ url, auth, token }: RegistryAddress) {
  const parsed = URL.parse(url)
  const username = auth?.username ?? decodeURIComponent(parsed?.username ?? '')
  const password = auth?.password ?? decodeURIComponent(parsed?.password ?? '')
  const authorization =
    token === undefined
      ? username !== '' && `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
      : `Bearer ${token}`
  const shown = url.replace(/\/\/[^/]*@/, '//')
  const principal = token === undefined && username !== '' ? username : undefined
  return {
    url: shown,
    headers: authorization === false ? {} : { authorization },
    /** Why security stopped a request, in one sentence; undefined for another reason. */
    explain: (error: unknown) =>
      explainSecurity(error, { part: 'the schema registry', address: parsed?.host, principal })?.replace(/^the/, 'The')
  }
}
