import { randomBytes } from 'node:crypto'

/** A name that no other test uses, such as `orders_3f9a…`. */
export function uniqueName(prefix: string): string {
  return `${prefix}_${randomBytes(6).toString('hex')}`
}
