import { randomUUID } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { exportJWK, generateKeyPair, type JWK } from 'jose'
import { readOrCreate, replace } from './private-file.ts'

/** How long a token is good for. */
export const tokenSeconds = 86_400

type SigningKey = {
  readonly jwk: JWK & { readonly kid: string }
  /** When another key took its place, in milliseconds since 1970. */
  readonly replacedAt?: number
}

export type SigningKeys = readonly SigningKey[]

const fileIn = (folder: string): string => join(folder, 'signing-keys.json')

/** The keys of a folder, the one that signs first; the first is made when there is none. */
async function readKeys(folder: string): Promise<SigningKeys> {
  return JSON.parse(await readOrCreate(fileIn(folder), async () => JSON.stringify([await makeKey()])))
}

/**
 * Makes a new key, which signs from now on, and returns its id. The keys before it stay until the last token that they
 * signed has ended.
 */
export async function rotateKey(folder: string, now = Date.now()): Promise<string> {
  const [signing, ...others] = await readKeys(folder)
  const key = await makeKey()
  const kept = [key, ...(signing === undefined ? [] : [{ ...signing, replacedAt: now }]), ...others]
  await replace(fileIn(folder), JSON.stringify(kept.filter(isNeeded(now))))
  return key.jwk.kid
}

/** Returns what gives the keys as they are now: it reads their file again when that has changed. */
export async function watchKeys(folder: string) {
  let keys = await readKeys(folder)
  let version = ''
  return async (now = Date.now()): Promise<SigningKeys> => {
    // Before the keys: if they change in between, the next call reads them once more.
    const newest = await versionOf(folder)
    if (newest !== version) [keys, version] = [await readKeys(folder), newest]
    return keys.filter(isNeeded(now))
  }
}

const isNeeded =
  (now: number) =>
  ({ replacedAt = now }: SigningKey): boolean =>
    now - replacedAt <= tokenSeconds * 1000

async function versionOf(folder: string): Promise<string> {
  const { mtimeMs, ino } = await stat(fileIn(folder))
  return `${mtimeMs} ${ino}`
}

async function makeKey(): Promise<SigningKey> {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true })
  return { jwk: { ...(await exportJWK(privateKey)), kid: randomUUID(), use: 'sig', alg: 'RS256' } }
}
