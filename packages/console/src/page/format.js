const whole = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 0 })
const short = new Intl.NumberFormat('en-GB', { notation: 'compact', maximumSignificantDigits: 3 })

/** @param {number} value */
export function number(value) {
  return whole.format(value)
}

/** `1 partition`, `no attempts`. @param {number} count @param {string} noun */
export function countOf(count, noun) {
  return `${count === 0 ? 'no' : number(count)} ${noun}${count === 1 ? '' : 's'}`
}

/** `orders` for order, `deliveries` for delivery. @param {string} noun */
export function pluralOf(noun) {
  if (/[^aeiou]y$/i.test(noun)) return `${noun.slice(0, -1)}ies`
  return /(s|x|z|ch|sh)$/i.test(noun) ? `${noun}es` : `${noun}s`
}

/** A large number in few characters: 1.24M. @param {number | null} value */
export function compact(value) {
  if (value === null) return '–'
  return Math.abs(value) < 100_000_000 ? whole.format(value) : short.format(value)
}

/** @param {number | null | undefined} value */
export function rate(value) {
  if (value === null || value === undefined) return '–'
  if (value > 0 && value < 9.95) return value.toFixed(1)
  return whole.format(value)
}

/** A share of 1: 12 %, below 1 % with one digit more. @param {number | null | undefined} value */
export function percent(value) {
  if (value === null || value === undefined) return '–'
  const hundredths = value * 100
  return `${hundredths > 0 && hundredths < 1 ? Math.max(0.1, hundredths).toFixed(1) : whole.format(hundredths)} %`
}

/** @param {number | null | undefined} value */
export function bytes(value) {
  if (value === null || value === undefined) return '–'
  const thousands = Math.min(4, Math.floor(Math.log10(Math.max(1, value)) / 3))
  const size = value / 1000 ** thousands
  const unit = ['B', 'kB', 'MB', 'GB', 'TB'][thousands]
  return `${thousands === 0 || size >= 100 ? whole.format(size) : size.toFixed(1)} ${unit}`
}

/** Signs that a person can see, and tell from others that look alike. */
const clear = /^(?!")(?:(?!\p{DI})[\p{L}\p{N}\p{P}\p{S}])+$/u

/**
 * An id as it is, or as JSON where a blank at its end, a mark or a sign that isn't shown would make it look like another:
 * "a ", "a\u0308", "a\u202e".
 * @param {string} id
 */
export function idText(id) {
  return clear.test(id) ? id : JSON.stringify(id).replaceAll(/\p{C}|\p{M}|\p{DI}|(?! )\p{Z}/gu, escaped)
}

/** @param {string} character */
function escaped(character) {
  const units = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index))
  return units.map(unit => `\\u${unit.toString(16).padStart(4, '0')}`).join('')
}

/**
 * A measured time, with as many digits as mean something: 0.84 ms, 4.2 ms, 310 ms, 14 s.
 * @param {number | null | undefined} value
 */
export function ms(value) {
  if (value === null || value === undefined) return '–'
  if (Number.isInteger(value) && value < 10_000) return `${whole.format(value)} ms`
  if (value < 1) return `${value.toFixed(2)} ms`
  if (value < 10) return `${value.toFixed(1)} ms`
  if (value < 10_000) return `${whole.format(value)} ms`
  return duration(value)
}

/** A limit as a person sets it: 5 s, 250 ms. @param {number} value */
export function limit(value) {
  return value % 1_000 === 0 ? duration(value) : ms(value)
}

/** @param {number} value */
export function duration(value) {
  const seconds = Math.max(0, Math.round(value / 1000))
  if (seconds < 120) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 120) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  if (hours < 48) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`
  return `${Math.floor(hours / 24)} days`
}

/** A position in PostgreSQL's WAL as PostgreSQL writes it: 0/16B3748. @param {number | string} lsn */
export function lsnText(lsn) {
  const [high, low] = [BigInt(lsn) >> 32n, BigInt(lsn) & 0xffff_ffffn]
  return `${high.toString(16)}/${low.toString(16)}`.toUpperCase()
}

/** @param {number | null | undefined} at @param {number} now */
export function ago(at, now) {
  if (at === null || at === undefined) return '–'
  const age = now - at
  return age < 1_500 ? 'just now' : `${duration(age)} ago`
}

/** The exact time, as it is copied: ISO 8601 in UTC with milliseconds. A record may have none. @param {number | null} at */
export function exact(at) {
  if (at === null) return 'not known'
  return new Date(at).toISOString().replace('T', ' ').replace('Z', ' UTC')
}

/** ISO 8601 in the reader's own zone, without its name. @param {number} at */
export function localTime(at) {
  return new Date(at - new Date(at).getTimezoneOffset() * 60_000).toISOString().slice(0, -1)
}

/** The clock time of an event, in the reader's own zone, to the millisecond. @param {number | null} at */
export function clock(at) {
  return at === null ? 'no time' : localTime(at).slice(11)
}

/**
 * A fact of the API in words: `value` read as its `unit` says.
 * @param {import('../api/pipeline-schemas.ts').Fact} fact
 * @param {number} now
 */
export function fact({ value, unit }, now) {
  if (value === null) return '–'
  if (typeof value === 'string') return value
  if (unit === 'ago') return ago(value, now)
  if (unit === 'bytes') return bytes(value)
  if (unit === 'ms') return ms(value)
  return unit === 'per second' ? `${rate(value)} /s` : compact(value)
}
