import type { EventDefinition, EventHandler, KafkaRecord } from '@outbox-cdc/outbox'
import type { z } from 'zod'

/**
 * What a service reads from others and what it gives to them. A consumer's side comes from what it reads with, its handlers and
 * its clients; a provider's side from what it publishes and answers with. Each service has one, in `contract.ts` beside its
 * `main.ts`.
 */
export type ServiceContract = {
  /** The handlers of each topic, as its consumer has them. */
  readonly reads?: Readonly<Record<string, Readonly<Record<string, EventHandler>>>>
  /**
   * For a service that has no handlers, because it reads only name, aggregate and id of each event on these topics. `read` is
   * undefined for a record that it can't read.
   */
  readonly follows?: { readonly topics: readonly string[]; readonly read: (record: KafkaRecord) => unknown }
  /** By the name of the service that it asks. */
  readonly asks?: Readonly<Record<string, readonly Question[]>>
  /** The events on each topic. Each has an example. */
  readonly publishes?: Readonly<Record<string, Readonly<Record<string, EventDefinition>>>>
  readonly answers?: Answers
}

/** A request to another service, and what is read of its answer. */
export type Question = {
  /** What must be so at the provider, such as "an account exists", with the values that the request names. */
  readonly given: { readonly state: string; readonly values: Readonly<Record<string, string | number>> }
  /** In a few words, such as "a search for an account by name". */
  readonly about: string
  readonly request: {
    readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
    readonly path: string
    readonly query?: Readonly<Record<string, string>>
    readonly headers?: Readonly<Record<string, string>>
    readonly body?: object
  }
  readonly response: {
    readonly status: number
    readonly headers?: Readonly<Record<string, string>>
    /** The schema that the client reads the body with; absent if it reads no body. */
    readonly body?: z.ZodType
    /** A body that the schema accepts, for the stub to answer with. Without it, the schema's examples are used. */
    readonly example?: object
  }
  /** Asks with the client that the service itself uses. Rejects if that can't read the answer. */
  readonly ask: (url: string) => Promise<unknown>
}

/** How a provider is started for its contracts, on an empty MySQL database that has its tables. */
export type Answers = {
  readonly migrations: URL
  readonly start: (mysqlUrl: string) => Promise<RunningProvider>
}

export type RunningProvider = {
  readonly url: string
  /** Makes each state that a consumer names true. */
  readonly states: Readonly<Record<string, (values: Readonly<Record<string, string | number>>) => Promise<void>>>
  readonly stop: () => Promise<void>
}
