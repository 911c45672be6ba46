import { expect, it } from 'vitest'
import { staleFiles } from './event-catalogue.ts'

it('finds docs/event-catalogue.md and docs/asyncapi.yaml up to date; if not, run `npm run catalogue`', async () => {
  expect(await staleFiles()).toEqual([])
})
