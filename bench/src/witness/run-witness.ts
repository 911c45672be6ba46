import { spawn } from 'node:child_process'
import { join } from 'node:path'

/** When Debezium had the event, when the broker appended it, when a consumer got it; microseconds since 1970. */
export type Seen = { readonly debezium: number; readonly appended: number; readonly received: number }

export type Witness = { stop(): Promise<ReadonlyMap<number, Seen>> }

/** Resolves when the witness has joined its group: it sees every record from then on. */
export async function startWitness(brokers: readonly string[], topic: string): Promise<Witness> {
  const args = [join(import.meta.dirname, 'main.ts'), brokers.join(','), topic]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const chunks: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
  const ended = new Promise<void>((resolve, reject) => {
    child.on('close', () => resolve())
    child.on('error', reject)
  })
  const ready = new Promise<void>(resolve => {
    child.stderr.on('data', chunk => String(chunk).includes('ready') && resolve())
  })
  await Promise.race([ready, ended])
  return {
    async stop() {
      child.kill('SIGTERM')
      await ended
      return read(JSON.parse(Buffer.concat(chunks).toString('utf8')) as readonly number[])
    }
  }
}

function read(notes: readonly number[]): ReadonlyMap<number, Seen> {
  const seen = new Map<number, Seen>()
  for (let at = 0; at < notes.length; at += 4) {
    const [id = 0, debezium = 0, appended = 0, received = 0] = notes.slice(at, at + 4)
    seen.set(id, { debezium, appended, received })
  }
  return seen
}
