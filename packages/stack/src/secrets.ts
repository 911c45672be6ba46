import { randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** A password of 32 random bytes, made the first time and kept in a file that only its owner can read. */
export async function readOrCreateSecret(dir: string, name: string): Promise<string> {
  await mkdir(dir, { recursive: true, mode: 0o700 })
  return readOrCreate(join(dir, name), randomBytes(32).toString('base64url'), 0o600)
}

/** The text of a file, which gets `text` when it isn't there yet. */
export async function readOrCreate(file: string, text: string, mode = 0o644): Promise<string> {
  await writeFile(file, text, { flag: 'wx', mode }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
  })
  return readFile(file, 'utf8')
}
