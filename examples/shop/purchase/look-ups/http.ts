import { moneyTextSchema, Problem } from '@outbox-cdc/service-kit'
import { z } from 'zod'
import type { AccountDirectory, ProductCatalogue } from './ports.ts'

const accountSchema = z.object({ id: z.int(), name: z.string(), address: z.string() })
const productSchema = z.object({ id: z.int(), name: z.string(), price: moneyTextSchema })

/** The accounts of the service account. */
export function httpAccountDirectory(url: string): AccountDirectory {
  return { findByName: name => find(`${url}/accounts/search/findByName`, name, accountSchema) }
}

/** The products of the service product. */
export function httpProductCatalogue(url: string): ProductCatalogue {
  return { findByName: name => find(`${url}/products/search/findByName`, name, productSchema) }
}

async function find<T>(url: string, name: string, schema: z.ZodType<T>): Promise<T | undefined> {
  try {
    const response = await fetch(`${url}?name=${encodeURIComponent(name)}`, { signal: AbortSignal.timeout(1500) })
    if (response.status === 404) return undefined
    if (!response.ok) throw new Error(`it answers ${response.status}`)
    return schema.parse(await response.json())
  } catch (error) {
    const detail = `${new URL(url).host} doesn't answer. Nothing was changed; try again.`
    const headers = { 'Retry-After': '2' }
    throw new Problem(503, { type: 'unavailable', title: 'Not available now', detail, headers }, { cause: error })
  }
}
