import { expect, it } from 'vitest'
import type { Publication } from '../contracts/contract-store.ts'
import type { Version } from '../pacticipants/version-store.ts'
import type { Verification } from '../verifications/verification-store.ts'
import { decide } from './decision.ts'
import { rowsOf } from './matrix-rows.ts'

const at = new Date(0)
const publication: Publication = {
  consumer: 'delivery',
  consumerId: 1,
  provider: 'order',
  providerId: 2,
  versionId: 1,
  version: '1.0.0',
  branches: [],
  tags: [],
  contractId: 1,
  hash: 'h',
  kinds: ['http'],
  publishedAt: at
}
const aVersion = (id: number): Version => ({
  id,
  number: `${id}.0`,
  buildUrl: null,
  createdAt: at,
  branches: [],
  tags: []
})
const aResult = (versionId: number, success: boolean, results: unknown = []): Verification => ({
  id: versionId,
  contractId: 1,
  number: 1,
  versionId,
  version: `${versionId}.0`,
  branches: [],
  success,
  results,
  buildUrl: null,
  verifiedAt: at
})

const inProduction = (...versions: Version[]) => ({ versions, every: true, wanted: 'the version in production' })
const any = { versions: undefined, every: false, wanted: 'any version' }
const ask = (verifications: Verification[], provider: Parameters<typeof rowsOf>[0]['provider']) => {
  const rows = rowsOf({ publications: [publication], verifications, provider, latestProviderOnly: false })
  return decide({ missing: [], subject: 'delivery 1.0.0', rows })
}

it('says yes when every version in question has verified the contract', () => {
  expect(ask([aResult(7, true)], inProduction(aVersion(7)))).toMatchObject({ deployable: true, success: 1 })
})

it('says no when one of two versions that are deployed breaks it, and names all and the field', () => {
  const results = [{ mismatches: [{ identifier: '$.quantity', description: 'Expected 3 to be a text' }] }]
  const answer = ask([aResult(7, true), aResult(8, false, results)], inProduction(aVersion(7), aVersion(8)))
  expect(answer).toMatchObject({ deployable: false, success: 1, failed: 1 })
  expect(answer.reasons).toEqual([
    'order 8.0 breaks its contract with delivery 1.0.0: $.quantity: Expected 3 to be a text'
  ])
})

it('knows no answer while a result is missing', () => {
  expect(ask([aResult(6, true)], inProduction(aVersion(7)))).toMatchObject({ deployable: null, unknown: 1 })
  expect(ask([], any)).toMatchObject({ deployable: null, unknown: 1 })
})

it('knows no answer while the provider is not there, and names both', () => {
  const { deployable, reasons } = ask([aResult(6, true)], inProduction())
  expect(deployable).toBeNull()
  expect(reasons[0]).toMatch(/between delivery 1\.0\.0 and order.*in production/)
})

it('says no to what does not exist, and yes to what has no contract', () => {
  const asked = { subject: 'shop 1', rows: [] }
  expect(decide({ ...asked, missing: ['version 1 of shop'] })).toMatchObject({ deployable: false })
  expect(decide({ ...asked, missing: [] })).toMatchObject({ deployable: true })
})

it('takes the result of the latest version only, where that is asked', () => {
  const asked = { publications: [publication], verifications: [aResult(8, true), aResult(7, false)], provider: any }
  const rows = rowsOf({ ...asked, latestProviderOnly: true })
  expect(rows.map(({ providerVersion }) => providerVersion?.number)).toEqual(['8.0'])
})
