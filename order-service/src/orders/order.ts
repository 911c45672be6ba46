export type Order = {
  readonly id: number
  readonly name: string
  readonly quantity: number
  /** ISO 8601 in UTC. */
  readonly createdAt: string
}

export type NewOrder = Pick<Order, 'name' | 'quantity'>

/** The largest INT of MySQL. */
export const largestQuantity = 2_147_483_647
