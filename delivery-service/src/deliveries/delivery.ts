export type Delivery = {
  readonly orderId: number
  readonly name: string
  readonly quantity: number
  /** ISO 8601 in UTC. */
  readonly deliveredAt: string
}

export type NewDelivery = Omit<Delivery, 'deliveredAt'>
