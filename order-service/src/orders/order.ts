export type Order = {
  readonly id: number
  readonly name: string
  readonly quantity: number
  /** ISO 8601 in UTC. */
  readonly createdAt: string
}

export type NewOrder = Pick<Order, 'name' | 'quantity'>

/** As MySQL counts VARCHAR(255): in code points, so an emoji is one. */
export const longestName = 255
/** The largest INT of MySQL. */
export const largestQuantity = 2_147_483_647

/** Returns what is wrong with a name, if anything. A name is stored byte for byte, in any script. */
export function nameProblem(name: string): string | undefined {
  if (name.trim() === '') return 'must not be empty or only white space'
  if (Array.from(name).length > longestName) return `must be at most ${longestName} characters long`
  if (name.includes('\0')) return 'must not contain the character NUL'
  if (!name.isWellFormed()) return 'must not contain half of a surrogate pair, which UTF-8 cannot hold'
  return undefined
}
