import { expect, it } from 'vitest'
import { healers } from './healers.ts'

const applying = 'keeper {"level":40,"msg":"applying its file again"}'

it('names who acted, and nobody where the parts came back by themselves', () => {
  expect(healers(['order-service {"msg":"request"}'])).toBe('itself')
  expect(healers(['mysql is back after 1.0 s'])).toBe('supervisor')
  expect(healers(['connect-1 is back after 2.0 s', 'keeper {"msg":"restarting"}'])).toBe('supervisor, keeper')
  expect(healers([applying, 'keeper {"level":30,"msg":"left alone"}'])).toBe('keeper')
})

it('does not thank the keeper for an attempt that was refused', () => {
  expect(healers([applying, 'kafka-1 x', 'keeper {"level":50,"msg":"it did not work"}'])).toBe('itself')
})
