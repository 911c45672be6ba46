/** Something that must happen once, in the order of its versions: an order has only version 1, a ledger account many. */
export type Fact = {
  readonly aggregate: string
  readonly key: number
  readonly version: number
  /** Shows when two facts were mixed up. */
  readonly content: string
}

/** The client's own record of an order: a unique name, and the id from its 201. */
export type Tried = { readonly name: string; readonly sentAt: number; readonly acknowledged?: Acknowledged }
export type Acknowledged = { readonly orderId: number; readonly at: number }

export type TopicRecord = Fact & { readonly messageId: string; readonly place: string; readonly createdAt?: string }
export type Effect = Fact & { readonly at: number }

/** What each source says. Records are in the order of their partition, effects in the order of their commit. */
export type Evidence = {
  readonly client: readonly Tried[]
  readonly committed: readonly Fact[]
  readonly records: readonly TopicRecord[]
  readonly effects: readonly Effect[]
  /** The rows in the delivery database at the end. */
  readonly standing: readonly Fact[]
  /** Message ids that the inboxes hold, as `aggregate message-id`. */
  readonly inbox: ReadonlySet<string>
}

export type FindingKind = 'lost' | 'doubled' | 'reordered' | 'ghost' | 'broken'
export type Finding = { readonly kind: FindingKind; readonly id: string; readonly detail: string }
