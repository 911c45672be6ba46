import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type Settings, type System, loadSystem, portsOf, root } from '@outbox-cdc/pipeline'

export type DocumentedCommand = { readonly command: string; readonly output: readonly string[] }

/** The curl commands of a document, each with the output that the document shows below it. */
export async function curlCommands(file: string): Promise<readonly DocumentedCommand[]> {
  const text = await readFile(join(root, file), 'utf8')
  const blocks = text.matchAll(/```sh\n(curl .*)\n```\n(?:```\n([\s\S]*?)\n```)?/g)
  return [...blocks].map(([, command = '', output = '']) => ({
    command,
    output: output.split('\n').filter(line => line !== '')
  }))
}

type Place = Pick<Settings, 'ports'> & { readonly system?: System }

/** Runs a documented command as a person would, at the ports of a test, in a shell with these variables. */
export async function runAt({ ports, system }: Place, command: string, variables = {}): Promise<string> {
  const here = portsOf(system ?? (await loadSystem())).reduce(
    (text, { name, usual }) => text.replaceAll(`localhost:${usual}`, `127.0.0.1:${ports[name]}`),
    command
  )
  const options = { timeout: 20_000, env: { ...process.env, ...variables } }
  const { stdout } = await promisify(execFile)('bash', ['-c', here.replace('curl ', 'curl -s ')], options)
  return stdout
}

/** Removes times, which differ from run to run; everything else must be as the document shows it. */
export function withoutTimes(text: string): string {
  return text.replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME').replaceAll('\r', '')
}
