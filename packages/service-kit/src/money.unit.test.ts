import { expect, it } from 'vitest'
import { z } from 'zod'
import { largestMoney, moneyRequestSchema, moneyTextSchema, readMoney, writeMoney } from './money.ts'

it.each([
  ['0', 0n],
  ['7', 700n],
  ['7.5', 750n],
  ['0.01', 1n],
  ['10000.00', 1_000_000n],
  ['9999999999999.99', largestMoney]
])('reads %s', (text, amount) => {
  expect(readMoney(text)).toBe(amount)
})

it.each(['', ' 1', '1 ', '+1', '-1', '1.', '.5', '01', '1.001', '1,5', '1e3', '0x10', '١', 'NaN', '10000000000000'])(
  'refuses the text %j',
  text => {
    expect(readMoney(text)).toBeUndefined()
  }
)

it.each([
  [0n, '0.00'],
  [5n, '0.05'],
  [-5n, '-0.05'],
  [-1_234n, '-12.34'],
  [largestMoney, '9999999999999.99']
])('writes %s hundredths as %s', (amount, text) => {
  expect(writeMoney(amount)).toBe(text)
})

it('reads what it writes, without a rounding error', () => {
  for (let amount = 0n; amount < 30_000n; amount += 7n) expect(readMoney(writeMoney(amount))).toBe(amount)
})

it.each(['12.5', '12.50'])('takes %j in a request', value => {
  expect(moneyRequestSchema.parse(value)).toBe(1_250n)
})

it('takes a whole number in a request', () => {
  expect(moneyRequestSchema.parse(12)).toBe(1_200n)
})

it.each([
  0,
  -1,
  12.5,
  1e15,
  Number.NaN,
  '0',
  '0.00',
  '-1',
  '0.001',
  'ten',
  '',
  true,
  null,
  undefined,
  [1],
  { amount: 1 }
])('refuses %j in a request', value => {
  const { error } = moneyRequestSchema.safeParse(value)
  expect(error?.issues.map(({ message }) => message)).toEqual([expect.stringMatching(/^must be an amount from 0.01/)])
})

it('is a decimal string in answers and events', () => {
  expect(z.encode(moneyTextSchema, 1_250n)).toBe('12.50')
  expect(z.decode(moneyTextSchema, '12.50')).toBe(1_250n)
})
