import { expect, it } from 'vitest'
import { requireMoving } from './require-moving.ts'

const stuck = { health: () => ({ stuck: true, reason: '3 events wait, and none was settled for 60 s' }) }
const answers = async () => undefined

it('fails for a consumer that is stuck while its database answers', async () => {
  await expect(requireMoving(stuck, answers)()).rejects.toThrow('3 events wait, and none was settled for 60 s')
})

it.each([
  ['the database refuses', () => Promise.reject(new Error('away'))],
  ['the database is silent', () => new Promise<void>(() => undefined)]
])('passes for a consumer that is stuck while %s', async (_, ask) => {
  await requireMoving(stuck, ask, 20)()
})

it('passes for a consumer that only waits', async () => {
  await requireMoving({ health: () => ({ reason: 'Kafka does not answer' }) }, answers)()
})
