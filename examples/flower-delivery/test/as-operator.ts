import { type Answer, fetchJson as fetchAsNobody } from '@outbox-cdc/test-support/http'
import { startTokenMaker } from './token-maker.ts'

/** Signs for all gateways of a test file that have no auth of their own. */
export const tokenMaker = await startTokenMaker()
export const bearer = { authorization: `Bearer ${await tokenMaker.token()}` }

/** As the functions of the same names, with a token that may do everything. */
export const fetchJson = (url: string, { headers = {}, ...init }: RequestInit = {}): Promise<Answer> =>
  fetchAsNobody(url, { ...init, headers: { ...bearer, ...(headers as Record<string, string>) } })

export const get = (url: string): Promise<Answer> => fetchJson(url)

export const post = (url: string, body: unknown): Promise<Answer> =>
  fetchJson(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
