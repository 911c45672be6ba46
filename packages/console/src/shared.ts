export type Shared = ReturnType<typeof createShared>

/** Makes what several hops have in common once, under a key. */
export function createShared() {
  const made = new Map<string, unknown>()
  return <T>(key: string, make: () => T): T => {
    if (!made.has(key)) made.set(key, make())
    return made.get(key) as T
  }
}
