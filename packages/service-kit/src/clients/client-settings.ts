/** How the calls to one service are limited, where the usual limits don't fit. */
export type ClientSettings = {
  /** The longest a call may take; the caller's deadline may be sooner. */
  readonly timeoutMs?: number
  /** Opens the breaker by the share of failures instead of after five in a row. */
  readonly window?: FailureWindow
  /** From the opening of the breaker to its probe; 3000 if not given. */
  readonly openMs?: number
  /** How many calls may be under way at the same time. One more fails at once, and counts as a failure. */
  readonly mostInFlight?: number
}

/** More than `share` of the calls of the last `ms` failed, and there were at least `leastCalls`. */
export type FailureWindow = { readonly ms: number; readonly share: number; readonly leastCalls: number }
