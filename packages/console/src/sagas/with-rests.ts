/** Most of the time that the work may take. */
const share = 0.05

/** The work's newest result. It is done again only after a rest that is twenty times as long as it took. */
export function withRests<T>(work: () => T): () => T {
  let newest: { readonly result: T; readonly until: number } | undefined
  return () => {
    const began = performance.now()
    if (newest !== undefined && began < newest.until) return newest.result
    const result = work()
    const ended = performance.now()
    newest = { result, until: ended + (ended - began) / share }
    return result
  }
}
