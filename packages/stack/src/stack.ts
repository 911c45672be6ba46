/** The real engines, whoever runs them: child processes, containers, or servers that already run. */
export type Stack = {
  readonly mysql: { readonly host: string; readonly port: number; readonly rootPassword: string }
  readonly kafka: { readonly brokers: readonly string[] }
  readonly connect: { readonly urls: readonly string[] }
  /** The schema registry, where one was wanted, at the address that Confluent's clients use. */
  readonly registry?: { readonly url: string } | undefined
  /** Names of what can be broken on purpose: 'mysql', 'kafka-1' …, 'connect-1' …, 'registry'. Empty for servers of others. */
  readonly parts: readonly string[]
  /** Starts a part and resolves when it answers. A part that runs is left alone. */
  start(part: string): Promise<void>
  /** Asks a part to end and waits; after 20 s it is killed. */
  stop(part: string): Promise<void>
  restart(part: string): Promise<void>
  /** kill -9; resolves when the process is gone. */
  kill(part: string): Promise<void>
  /** SIGSTOP: the process keeps its sockets and answers nothing until `thaw`. */
  freeze(part: string): Promise<void>
  thaw(part: string): Promise<void>
  pid(part: string): number | undefined
  logFile(part: string): string
  /** Called when a part ends although nobody asked it to through this object. */
  onUnexpectedExit(listener: (part: string, how: string) => void): void
  /** Stops everything, the last started first. A stack of others is left running. */
  stopAll(): Promise<void>
}
