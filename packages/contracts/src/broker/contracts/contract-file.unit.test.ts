import { expect, it } from 'vitest'
import { contentHash, contractFileSchema, interactionsOf, kindsOf, withIds } from './contract-file.ts'

const fileOf = (interactions: readonly object[], metadata: object = {}) =>
  contractFileSchema.parse({ consumer: { name: 'c' }, provider: { name: 'p' }, interactions, metadata })

const [one, other] = [{ description: 'one', request: { method: 'GET', path: '/' } }, { description: 'other' }]

it('takes contracts that differ only in order, ids or the tool that wrote them for the same', () => {
  const hash = contentHash(fileOf([one, other]))
  expect(contentHash(fileOf([other, one], { pactRust: { ffi: '1' } }))).toBe(hash)
  expect(contentHash(fileOf([{ request: { path: '/', method: 'GET' }, description: 'one' }, other]))).toBe(hash)
  expect(contentHash(withIds(fileOf([one, other])))).toBe(hash)
})

it('takes a contract with another value for another', () => {
  expect(contentHash(fileOf([{ ...one, request: { method: 'GET', path: '/x' } }, other]))).not.toBe(
    contentHash(fileOf([one, other]))
  )
  expect(contentHash(fileOf([{ list: [1, 2] }]))).not.toBe(contentHash(fileOf([{ list: [2, 1] }])))
})

it('gives an interaction the same id in every file', () => {
  const [first] = interactionsOf(fileOf([other, one]))
  expect(interactionsOf(fileOf([one, other])).at(-1)?.id).toBe(first?.id)
  expect(interactionsOf(withIds(fileOf([other])))[0]?.id).toBe(first?.id)
})

it('knows requests from messages', () => {
  expect(kindsOf(fileOf([{ type: 'Asynchronous/Messages' }, { type: 'Synchronous/HTTP' }]))).toEqual([
    'http',
    'message'
  ])
  expect(
    kindsOf(contractFileSchema.parse({ consumer: { name: 'c' }, provider: { name: 'p' }, messages: [{}] }))
  ).toEqual(['message'])
})
