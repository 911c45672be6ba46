import { randomUUID } from 'node:crypto'
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'

// Only the owner may read it, from its first byte on.
const mode = 0o600

/** The text of a file, which is made if it isn't there yet. Others who make it at the same moment get the same text. */
export async function readOrCreate(file: string, make: () => string | Promise<string>): Promise<string> {
  const found = await readFile(file, 'utf8').catch(ifAbsent)
  if (found !== undefined) return found
  const whole = await writeBeside(file, await make())
  await link(whole, file).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
  })
  await rm(whole)
  return readFile(file, 'utf8')
}

/** Replaces a file at once: a reader sees the old text or the new one. */
export async function replace(file: string, text: string): Promise<void> {
  await rename(await writeBeside(file, text), file)
}

async function writeBeside(file: string, text: string): Promise<string> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  const beside = `${file}.${randomUUID()}`
  await writeFile(beside, text, { mode, flag: 'wx' })
  return beside
}

function ifAbsent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error
}
