import { globSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { connectorClasses, type Engine } from '../src/settings/engine.ts'

const root = join(import.meta.dirname, '../../..')

/** Every connector of an engine that a page of this repository prints, by the page. */
export async function printedConnectors(
  engine: Engine = 'MySQL'
): Promise<readonly (readonly [page: string, json: string])[]> {
  const pages = globSync('**/*.md', { cwd: root, exclude: ['**/node_modules', '.*'] })
  const printed = pages.toSorted().map(async page => {
    const text = await readFile(join(root, page), 'utf8')
    const blocks = [...text.matchAll(/```json\n(.*?)```/gs)].map(([, json = '']) => json)
    return blocks
      .filter(json => json.includes(`"connector.class": "${connectorClasses[engine]}"`))
      .map(json => [page, json] as const)
  })
  return (await Promise.all(printed)).flat()
}
