import { invalidRequest } from '@outbox-cdc/service-kit'

// A structured-field string (RFC 9651): visible ASCII and spaces in double quotes, with \" and \\ inside.
const quoted = /^"((?:[ !#-[\]-~]|\\["\\])*)"$/
const bare = /^[A-Za-z0-9!#$%&'*+.^_`|~:/=-]+$/
const longest = 255

/** What the header may hold, for the API's description. */
export const keyPattern = String.raw`^("([ !#-\[\]-~]|\\["\\]){1,${longest}}"|[A-Za-z0-9!#$%&'*+.^_\x60|~:/=-]{1,${longest}})$`

/** The key in `Idempotency-Key`: `"a string"`, or the same without quotes, as many clients send it. */
export function readIdempotencyKey(header: string | undefined): string | undefined {
  if (header === undefined) return undefined
  const value = header.trim()
  const key = quoted.exec(value)?.[1]?.replace(/\\(.)/g, '$1') ?? bare.exec(value)?.[0]
  if (key === undefined || key === '') throw invalidKey('must be one string in double quotes, or a bare token')
  if (key.length > longest) throw invalidKey(`must hold at most ${longest} characters`)
  return key
}

const invalidKey = (message: string) => invalidRequest([{ field: 'idempotency-key', message }])
