import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { LoadPlan, Sample } from './send-orders.ts'

/** Sends orders from a process of its own, so that nothing else delays them, and returns what came of each. */
export async function runLoad(plan: LoadPlan): Promise<readonly Sample[]> {
  const args = [join(import.meta.dirname, 'main.ts'), JSON.stringify(plan)]
  const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 2 ** 30 })
  return JSON.parse(stdout) as readonly Sample[]
}
