import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const reference = /\$\{dir:([^:}]+):([^:}]+)\}/g

/**
 * Replaces `${dir:FOLDER:FILE}` in a variable with the content of that file, as connector files do, so no environment
 * holds a password. Inside a longer value, such as a URL, the content is encoded; alone it is used unchanged.
 */
export function readSecrets(env: Readonly<Record<string, string | undefined>>): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(env).map(([name, value]) => [name, value && withSecrets(value)]))
}

function withSecrets(value: string): string {
  return value.replace(reference, (whole, folder: string, file: string) => {
    const secret = readFileSync(join(folder, file), 'utf8').trimEnd()
    return whole === value ? secret : encodeURIComponent(secret)
  })
}
