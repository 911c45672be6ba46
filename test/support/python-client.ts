import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { cachedEngine } from '@outbox-cdc/stack/engines/cache'

const run = promisify(execFile)

/** A Python that has this package of PyPI, in the user's cache; undefined, with the reason printed, if that isn't possible. */
export async function pythonWith(name: string, wanted: string): Promise<string | undefined> {
  try {
    // The virtual environment is moved after it is made: its scripts wouldn't run, but its python does.
    const dir = await cachedEngine(`python-${name}`, async building => {
      await run('python3', ['-m', 'venv', building], { timeout: 60_000 })
      const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--only-binary=:all:', wanted]
      await run(join(building, 'bin/python'), pip, { timeout: 180_000 })
    })
    return join(dir, 'bin/python')
  } catch (error) {
    console.log(`· skipped: no Python with ${wanted} (${String(error).split('\n', 1)[0]})`)
    return undefined
  }
}

/** Runs a Python script that can import Confluent's Kafka client, and returns its output. */
export type Python = (script: string, args: readonly string[]) => Promise<string>

export async function confluentPython(): Promise<Python | undefined> {
  const python = await pythonWith('confluent-kafka-2.16.0', 'confluent-kafka[avro]==2.16.0')
  if (python === undefined) return undefined
  return async (script, args) => (await run(python, [script, ...args], { timeout: 100_000 })).stdout
}
