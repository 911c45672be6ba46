/** One thing that must happen once, in the order of its versions: an order has version 1 only, a ledger account many. */
export type Fact = {
  readonly aggregate: string
  readonly key: number
  readonly version: number
  /** What it says, so that two facts that changed places are seen. */
  readonly content: string
}

/** What the client wrote down itself: the name is unique to the order, the id is what a 201 told it. */
export type Tried = { readonly name: string; readonly sentAt: number; readonly acknowledged?: Acknowledged }
export type Acknowledged = { readonly orderId: number; readonly at: number }

export type TopicRecord = Fact & { readonly messageId: string; readonly place: string; readonly createdAt?: string }
export type Effect = Fact & { readonly at: number }

/** What each witness says. Records come in the order of their partition, effects in the order of their commit. */
export type Evidence = {
  readonly client: readonly Tried[]
  readonly committed: readonly Fact[]
  readonly records: readonly TopicRecord[]
  readonly effects: readonly Effect[]
  /** The rows that stand in the delivery database in the end. */
  readonly standing: readonly Fact[]
  /** Message ids that the inboxes hold, as `aggregate message-id`. */
  readonly inbox: ReadonlySet<string>
}

export type FindingKind = 'lost' | 'doubled' | 'reordered' | 'ghost' | 'broken'
export type Finding = { readonly kind: FindingKind; readonly id: string; readonly detail: string }
