import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const folder = join(import.meta.dirname, 'certificates')

/** Where a key and its certificate are, signed by the authority; see the folder's README. */
export const pemFile = (name: 'ca' | 'trusted' | 'expired' | 'other-host'): string => join(folder, `${name}.pem`)
export const pemOf = (name: Parameters<typeof pemFile>[0]): string => readFileSync(pemFile(name), 'utf8')
export const authority = pemOf('ca')
