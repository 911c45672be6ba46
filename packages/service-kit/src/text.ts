import { z } from 'zod'

/** A text in a request that fits VARCHAR(longest) of utf8mb4. It's stored byte for byte, in any script. */
export function textSchema(longest: number) {
  return z
    .string({ error: 'must be a string' })
    .superRefine((text, context) => {
      const message = problemOf(text, longest)
      if (message !== undefined) context.addIssue({ code: 'custom', message })
    })
    .meta({ minLength: 1, maxLength: longest, pattern: String.raw`^[^\u0000]*$` })
}

function problemOf(text: string, longest: number): string | undefined {
  if (text.trim() === '') return 'must not be empty or only white space'
  // As MySQL counts: in code points, so an emoji is one.
  if (Array.from(text).length > longest) return `must be at most ${longest} characters long`
  if (text.includes('\0')) return 'must not contain the character NUL'
  if (!text.isWellFormed()) return 'must not contain half of a surrogate pair, which UTF-8 cannot hold'
  return undefined
}
