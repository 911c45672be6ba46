import type { Service } from './model.ts'

type States = Readonly<Record<Service, string | undefined>>

const ends: Readonly<Record<string, { readonly payment: readonly string[]; readonly item: readonly string[] }>> = {
  COMPLETED: { payment: ['PAID'], item: ['RESERVED'] },
  REJECTED: { payment: ['FORCIBLY_CANCELLED'], item: ['RELEASED'] },
  CANCELLED: { payment: ['VOID', 'CANCELLED'], item: ['RELEASED', 'OUT_OF_STOCK'] }
}

/** Whether an order has come to its end, with money, stock and delivery as they must be then. */
export function isGoodEnd({ order = '', payment = '', item = '', delivery }: States): boolean {
  const end = ends[order]
  if (end === undefined || !end.payment.includes(payment) || !end.item.includes(item)) return false
  return (delivery === 'COMPLETED') === (order === 'COMPLETED')
}
