type Ordered = {
  readonly itemId: number
  readonly itemName: string
  readonly storeName: string
  readonly userName: string
  readonly qty: number
  readonly itemPrice: number
  readonly amount: number
}

/** What each kind of event tells beside its time. */
export type Details = {
  readonly ordered: Ordered
  readonly paid: object
  readonly payment_cancelled: { readonly refunded: number }
  readonly payment_forcibly_cancelled: object
  readonly item_out_of_stock: object
  readonly received: object
  readonly decorated: object
  readonly rejected: { readonly rejectReason: string }
  readonly registration_cancelled: object
  readonly departed_for_delivery: object
  readonly delivery_completed: object
  readonly delivery_cancelled: object
  readonly delivery_cancel_refused: object
  readonly order_cancel_requested: { readonly cancelRequestReason: string }
  readonly order_cancelled: { readonly cancelReason: string }
}

export type FactName = keyof Details
export type Fact<Name extends FactName = FactName> = Details[Name] & { readonly at: Date }

/** What an event tells of an order. */
export type News<Name extends FactName = FactName> = {
  readonly orderId: number
  readonly name: Name
  readonly fact: Fact<Name>
}

/** What is known of an order: for each kind of event, the earliest of them. */
export type Facts = { readonly [Name in FactName]?: Fact<Name> }

/** The facts with one more. Each kind of event has a place of its own, so the order of arrival doesn't matter. */
export function withFact<Name extends FactName>(facts: Facts, name: Name, fact: Fact<Name>): Facts {
  const known = facts[name]
  return known !== undefined && known.at <= fact.at ? facts : { ...facts, [name]: fact }
}
