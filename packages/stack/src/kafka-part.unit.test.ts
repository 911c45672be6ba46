import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { requireSameSize } from './kafka-part.ts'

let dir = ''
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'cluster-size-'))
})
afterEach(() => rm(dir, { recursive: true, force: true }))

it('starts a cluster again with as many brokers as before', async () => {
  await requireSameSize(dir, 3)
  await requireSameSize(dir, 3)
})

it('refuses another number of brokers on the same data, and names both ways out', async () => {
  await requireSameSize(dir, 3)
  await expect(requireSameSize(dir, 1)).rejects.toThrow(
    'The data here was made with --brokers 3, and 1 would lose or not replicate it. Start with --brokers 3, or clear the data: npm run reset.'
  )
})
