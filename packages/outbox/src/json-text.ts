// What a terminal obeys or doesn't show, and marks and blanks that look like others.
const unclear = /(?!\n)\p{C}|\p{M}|(?! )\p{Z}/gu

/** As JSON in which each character can be told from every other: the others are escaped, as \u202e. */
export function jsonText(value: unknown, indent?: number): string {
  return JSON.stringify(value, undefined, indent).replace(unclear, escaped)
}

/** A text of several lines without what a terminal would obey or hide. */
export function forTerminal(text: string): string {
  return text.replace(/(?![\n\t])\p{C}/gu, escaped)
}

function escaped(character: string): string {
  const units = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index))
  return units.map(unit => `\\u${unit.toString(16).padStart(4, '0')}`).join('')
}
