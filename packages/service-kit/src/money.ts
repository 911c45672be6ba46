import { z } from 'zod'

/** An amount without a currency, in hundredths. It's a bigint, so the compiler refuses to mix it with a float. */
export type Money = bigint

/** 13 digits before the point: a sum of many thousand amounts still fits into a BIGINT. */
export const largestMoney: Money = 999_999_999_999_999n

const format = /^(0|[1-9]\d{0,12})(?:\.(\d{1,2}))?$/

/** The amount in a decimal text such as `12`, `12.5` or `12.50`; undefined if the text is anything else. */
export function readMoney(text: string): Money | undefined {
  const [, whole, fraction = ''] = format.exec(text) ?? []
  return whole === undefined ? undefined : BigInt(whole) * 100n + BigInt(fraction.padEnd(2, '0'))
}

/** The amount as a decimal text with two places. */
export function writeMoney(amount: Money): string {
  const digits = String(amount < 0n ? -amount : amount).padStart(3, '0')
  return `${amount < 0n ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`
}

const error =
  `must be an amount from 0.01 to ${writeMoney(largestMoney)} with at most two decimal places, ` +
  'as a string such as "12.50" or as a whole number'

/** A positive amount in a request: a decimal string, or a whole JSON number. JSON's other numbers are floats. */
export const moneyRequestSchema = z
  .unknown()
  .transform((value, context): Money => {
    const text = Number.isSafeInteger(value) ? String(value) : value
    const amount = typeof text === 'string' ? readMoney(text) : undefined
    if (amount !== undefined && amount > 0n) return amount
    context.addIssue({ code: 'custom', message: error })
    return z.NEVER
  })
  .meta({
    type: ['string', 'integer'],
    pattern: '^(?!0(\\.0{1,2})?$)(0|[1-9]\\d{0,12})(\\.\\d{1,2})?$',
    minimum: 1,
    maximum: Number(largestMoney / 100n),
    example: '12.50'
  })

/** An amount in an answer, or in an event: a decimal string on the wire, `Money` inside. */
export const moneyTextSchema = z
  .codec(z.string().regex(/^-?\d+\.\d\d$/), z.bigint(), {
    decode: text => BigInt(text.replace('.', '')),
    encode: writeMoney
  })
  .meta({ example: '12.50' })
