import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { StackError } from '../errors.ts'

/** A cluster keeps the number of brokers that its data was made with: replicas would else be missing, or not be made. */
export async function requireSameSize(dir: string, brokers: number): Promise<void> {
  const file = join(dir, 'brokers')
  await mkdir(dir, { recursive: true })
  await writeFile(file, String(brokers), { flag: 'wx' }).catch(() => undefined)
  const before = Number(await readFile(file, 'utf8'))
  if (before === brokers) return
  throw new StackError(
    'DATA_OF_OTHER_SIZE',
    `The data here was made with --brokers ${before}, and ${brokers} would lose or not replicate it. Start with --brokers ${before}, or begin afresh: npm run reset.`
  )
}
