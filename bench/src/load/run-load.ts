import { spawn } from 'node:child_process'
import { join } from 'node:path'
import type { LoadPlan, Sample } from './send-orders.ts'

/** Runs the load as a process of its own and answers what it noted. */
export async function runLoad(plan: LoadPlan): Promise<readonly Sample[]> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts'), JSON.stringify(plan)], {
    stdio: ['ignore', 'pipe', 'inherit']
  })
  const chunks: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', resolve)
  })
  if (code !== 0) throw new Error(`The load ended with code ${code}`)
  const columns = JSON.parse(Buffer.concat(chunks).toString('utf8')) as readonly number[]
  const samples: Sample[] = []
  for (let at = 0; at < columns.length; at += 4) {
    const [due = 0, done = 0, status = 0, id = 0] = columns.slice(at, at + 4)
    samples.push({ due, done, status, id })
  }
  return samples
}
