import { expect, it } from 'vitest'
import { findHealers } from './run-fault.ts'

const applying = 'keeper {"level":40,"msg":"applying its file again"}'

it('names the supervisor and the keeper where they acted, else the parts themselves', () => {
  expect(findHealers(['order-service {"msg":"request"}'])).toBe('itself')
  expect(findHealers(['mysql is back after 1.0 s'])).toBe('supervisor')
  expect(findHealers(['connect-1 is back after 2.0 s', 'keeper {"msg":"restarting it"}'])).toBe('supervisor, keeper')
  expect(findHealers([applying, 'keeper {"level":30,"msg":"left alone"}'])).toBe('keeper')
})

it('does not name the keeper for an attempt that failed', () => {
  expect(findHealers([applying, 'kafka-1 x', 'keeper {"level":50,"msg":"it did not work"}'])).toBe('itself')
})
