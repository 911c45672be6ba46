import { join } from 'node:path'
import { run } from '@outbox-cdc/connectctl'
import { root } from '@outbox-cdc/pipeline'
import type { Lab } from './lab.ts'

/** A command of the runbook, as a person would type it. */
export async function runConnectctl({ pipeline }: Lab, command: string): Promise<void> {
  const said: string[] = []
  const code = await run(command.split(' '), {
    environment: { ...pipeline.addresses, CONNECT_DIR: join(root, 'connect-config') },
    write: text => void said.push(text),
    note: text => void said.push(text),
    confirm: () => Promise.resolve(false),
    colour: false,
    untilStopped: () => Promise.resolve()
  })
  if (code !== 0) throw new Error(`connectctl ${command} ended with ${code}: ${said.join('; ')}`)
}
