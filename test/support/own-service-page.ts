import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { root } from '@outbox-cdc/pipeline'
import { onTestFinished } from 'vitest'

export const page = 'docs/your-own-service.md'

/** Writes the files of the page into a folder of their own, which the end of the test deletes. Resolves to its path. */
export async function writePageFiles(): Promise<string> {
  // As deep as examples/loyalty, so that the relative paths of the page fit.
  const folder = `.data/loyalty-${process.pid}`
  onTestFinished(() => rm(join(root, folder), { recursive: true, force: true }))
  const here = (text: string) => text.replaceAll('examples/loyalty', folder)
  const text = await readFile(join(root, page), 'utf8')
  for (const [, path = '', code = ''] of text.matchAll(/```ts\n\/\/ (\S+)\n(.*?)```/gs)) {
    const file = join(root, here(path))
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, here(code))
  }
  return folder
}
