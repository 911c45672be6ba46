import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const reference = /\$\{dir:([^:}]+):([^:}]+)\}/g

/**
 * Puts the content of a file where a variable says `${dir:FOLDER:FILE}`, as connector files do: a password then stands
 * in no environment. Inside a longer value, such as a URL, it is encoded; alone it is taken as it is.
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
