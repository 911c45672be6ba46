/** A part that was asked: what it said, or that it does not answer or is not configured. */
export type Asked<T> = {
  readonly value?: T | undefined
  readonly away?: 'silent' | 'not configured'
}

export async function ask<S, T>(source: S | undefined, question: (source: S) => Promise<T>): Promise<Asked<T>> {
  if (source === undefined) return { away: 'not configured' }
  try {
    return { value: await question(source) }
  } catch {
    return { away: 'silent' }
  }
}
