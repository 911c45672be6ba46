// MySQL itself keeps no JSON deeper than 100.
const deepest = 100

/** `JSON.parse` that also refuses what only an attack or a bug would send: deep nesting and `__proto__` keys. */
export function parseJson(text: string): unknown {
  // What is shorter cannot open and close so many: nearly every payload and key.
  if (text.length > 2 * deepest && depthOf(text) > deepest) throw new SyntaxError(`JSON nested deeper than ${deepest}`)
  const value: unknown = JSON.parse(text)
  if ((text.includes('__proto__') || text.includes('\\u')) && hasProtoKey(value))
    throw new SyntaxError('JSON with a __proto__ key')
  return value
}

function depthOf(text: string): number {
  let depth = 0
  let most = 0
  let inString = false
  for (let index = 0; index < text.length; index++) {
    const char = text.charCodeAt(index)
    if (inString) {
      if (char === 0x5c) index++
      else if (char === 0x22) inString = false
    } else if (char === 0x22) inString = true
    else if (char === 0x7b || char === 0x5b) most = Math.max(most, ++depth)
    else if (char === 0x7d || char === 0x5d) depth--
  }
  return most
}

function hasProtoKey(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  return Object.hasOwn(value, '__proto__') || Object.values(value).some(hasProtoKey)
}
