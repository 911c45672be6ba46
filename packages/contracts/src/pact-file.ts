import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** A file with the interactions of one consumer and one provider. */
export type PactFile = {
  readonly consumer: string
  readonly provider: string
  readonly file: string
  readonly interactions: readonly Interaction[]
  /** All that the file holds. */
  readonly json: object
}

export type Interaction = { readonly type: string; readonly description: string }

export const isMessage = ({ type }: Interaction): boolean => type === 'Asynchronous/Messages'

type Json = {
  readonly consumer: { readonly name: string }
  readonly provider: { readonly name: string }
  readonly interactions: readonly Interaction[]
}

/** The contracts in a folder, by name. */
export async function readPactFiles(dir: string): Promise<readonly PactFile[]> {
  const names = (await readdir(dir)).filter(name => name.endsWith('.json')).toSorted()
  return Promise.all(
    names.map(async name => {
      const file = join(dir, name)
      const json = JSON.parse(await readFile(file, 'utf8')) as Json
      const { consumer, provider, interactions } = json
      return { consumer: consumer.name, provider: provider.name, file, interactions, json }
    })
  )
}
