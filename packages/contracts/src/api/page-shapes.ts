/** What the pages read from `/api`. Times are ISO 8601. */

export type Kind = 'http' | 'message'

export type ConsumerVersion = {
  readonly number: string
  readonly branches: readonly string[]
  readonly tags: readonly string[]
  readonly publishedAt: string
}

/** `where` names the field as a path, such as `$.payload.quantity`. */
export type Failure = { readonly interaction: string; readonly where: string; readonly what: string }

export type Verification = {
  readonly success: boolean
  readonly providerVersion: string
  readonly verifiedAt: string
  readonly failures: readonly Failure[]
}

/** `GET /api/contracts`: the newest version of each pair. */
export type ListedContract = {
  readonly consumer: string
  readonly provider: string
  readonly kinds: readonly Kind[]
  readonly version: ConsumerVersion
  /** null until a provider has verified it. */
  readonly verification: Verification | null
}

/** The rule as a pact has it, such as `{ match: 'regex', regex: '^a' }`. */
export type Rule = {
  readonly match: string
  readonly regex?: string
  readonly value?: string
  readonly format?: string
  readonly min?: number
  readonly max?: number
  readonly status?: string | readonly number[]
  readonly rules?: readonly Rule[]
}
export type RuleSet = { readonly combine?: string; readonly matchers: readonly Rule[] }
/** As a pact has them: of `path` one set, of all else one for each path or name. */
export type Rules = {
  readonly path?: RuleSet
  readonly query?: Readonly<Record<string, RuleSet>>
  readonly header?: Readonly<Record<string, RuleSet>>
  readonly body?: Readonly<Record<string, RuleSet>>
  readonly metadata?: Readonly<Record<string, RuleSet>>
}

type Values = Readonly<Record<string, unknown>>

export type Interaction = {
  readonly kind: Kind
  readonly description: string
  readonly states: readonly { readonly name: string; readonly params?: Values }[]
  readonly request?: {
    readonly method: string
    readonly path: string
    readonly query?: Values
    readonly headers?: Values
    readonly body?: unknown
  }
  readonly response?: { readonly status: number; readonly headers?: Values; readonly body?: unknown }
  readonly contents?: unknown
  readonly metadata?: Values
  readonly rules?: {
    readonly request?: Rules
    readonly response?: Rules
    readonly contents?: Rules
    readonly metadata?: Rules
  }
}

/** `GET /api/contracts/CONSUMER/PROVIDER`, the newest or of `?version=`. */
export type ShownContract = ListedContract & { readonly interactions: readonly Interaction[] }

/** `GET /api/matrix`, newest first. `version` of the provider is null until one has verified the contract. */
export type MatrixRow = {
  readonly consumer: MatrixVersion & { readonly version: string; readonly publishedAt: string }
  readonly provider: MatrixVersion & { readonly version: string | null }
  readonly verification: { readonly success: boolean; readonly verifiedAt: string } | null
}

type MatrixVersion = {
  readonly name: string
  readonly branches: readonly string[]
  readonly tags: readonly string[]
  readonly environments: readonly string[]
}

export type EdgeStatus = 'verified' | 'failed' | 'unverified'
export type GraphEdge = {
  /** The consumer. */
  readonly from: string
  /** The provider. */
  readonly to: string
  readonly kind: Kind
  readonly status: EdgeStatus
}

/** `GET /api/graph`: an edge for each kind of contract of a pair. */
export type Graph = { readonly nodes: readonly { readonly name: string }[]; readonly edges: readonly GraphEdge[] }
