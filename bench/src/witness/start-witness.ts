import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

/** When Debezium had the event, when the broker appended it, when a consumer got it; microseconds since 1970. */
export type Seen = { readonly debezium: number; readonly appended: number; readonly received: number }

export type Witness<Id> = { stop(): Promise<ReadonlyMap<Id, Seen>> }

/** Starts a second consumer in a process of its own: it knows a record by the id in its key, or by a header. Resolves when it has joined its group and sees every record. */
export function startWitness(brokers: readonly string[], topic: string): Promise<Witness<number>>
export function startWitness(brokers: readonly string[], topic: string, idHeader: string): Promise<Witness<string>>
export async function startWitness(
  brokers: readonly string[],
  topic: string,
  idHeader = ''
): Promise<Witness<number | string>> {
  const child = fork(join(import.meta.dirname, 'main.ts'), [brokers.join(','), topic, idHeader])
  const ended = once(child, 'exit').then(() => {
    throw new Error('The witness ended before it answered')
  })
  ended.catch(() => undefined)
  const nextMessage = async () => (await Promise.race([once(child, 'message'), ended]))[0] as unknown
  await nextMessage()
  return {
    async stop() {
      child.send('stop')
      return new Map((await nextMessage()) as readonly [number | string, Seen][])
    }
  }
}
