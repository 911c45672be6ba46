import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { readOrCreate } from './private-file.ts'

/** Who may ask for a token, and what it's good for. */
export const scopesOf: Readonly<Record<string, readonly string[]>> = {
  customer: ['orders'],
  shop: ['shop'],
  rider: ['deliveries'],
  operator: ['orders', 'shop', 'deliveries']
}

export const scopes: readonly string[] = [...new Set(Object.values(scopesOf).flat())]

export type Client = { readonly id: string; readonly secret: string; readonly scope: string }

/** The clients with their secrets: each is 32 random bytes, made at the first start, in a file that has the client's name. */
export function readClients(folder: string): Promise<readonly Client[]> {
  const clients = Object.entries(scopesOf).map(async ([id, granted]) => ({
    id,
    secret: (await readOrCreate(join(folder, id), () => randomBytes(32).toString('base64url'))).trim(),
    scope: granted.join(' ')
  }))
  return Promise.all(clients)
}
