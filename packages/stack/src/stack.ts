import type { Part } from './process/part.ts'

/** The real engines, whichever way they run: child processes, containers, or servers that already run. */
export type Stack = {
  readonly mysql: { readonly host: string; readonly port: number; readonly rootPassword: string }
  readonly kafka: { readonly brokers: readonly string[] }
  readonly connect: { readonly urls: readonly string[] }
  /** The schema registry, where one was wanted, at the address that Confluent's clients use. */
  readonly registry?: { readonly url: string } | undefined
  /** What can be broken on purpose: 'mysql', 'kafka-1' …, 'connect-1' …, 'registry'. Empty for servers that already ran. */
  readonly parts: readonly Part[]
  /** The part of that name; throws when there is none. */
  part(name: string): Part
  /** Stops everything, the last started first. Servers that already ran keep running. */
  stopAll(): Promise<void>
}
