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

/** @param {number | null | undefined} value */
export function bytes(value) {
  if (value === null || value === undefined) return '–'
  const thousands = Math.min(4, Math.floor(Math.log10(Math.max(1, value)) / 3))
  const size = value / 1000 ** thousands
  const unit = ['B', 'kB', 'MB', 'GB', 'TB'][thousands]
  return `${thousands === 0 || size >= 100 ? whole.format(size) : size.toFixed(1)} ${unit}`
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

/** @param {number | null | undefined} at @param {number} now */
export function ago(at, now) {
  if (at === null || at === undefined) return '–'
  const age = now - at
  return age < 1_500 ? 'just now' : `${duration(age)} ago`
}

/** The exact time, as it is copied: ISO 8601 in UTC with milliseconds. @param {number} at */
export function exact(at) {
  return new Date(at).toISOString().replace('T', ' ').replace('Z', ' UTC')
}

/** ISO 8601 in the reader's own zone, without its name. @param {number} at */
export function localTime(at) {
  return new Date(at - new Date(at).getTimezoneOffset() * 60_000).toISOString().slice(0, -1)
}

/** The clock time of an event, in the reader's own zone, to the millisecond. @param {number} at */
export function clock(at) {
  return localTime(at).slice(11)
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
