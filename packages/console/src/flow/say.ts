/** A duration in words: `14 s`, `3 min 20 s`, `2 h 5 min`. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000))
  if (seconds < 1) return `${Math.round(ms)} ms`
  if (seconds < 120) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 120) return seconds % 60 === 0 || minutes > 9 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`
  const hours = Math.floor(minutes / 60)
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} days`
}

export function count(value: number, noun: string): string {
  return `${value.toLocaleString('en-GB')} ${noun}${value === 1 ? '' : 's'}`
}

/** How long a part has not answered, as the end of a sentence that begins with its name. */
export function silence(ms: number): string {
  return ms < 1_000 ? 'does not answer any more' : `has not answered for ${duration(ms)}`
}

/** Milliseconds with as many digits as mean something. */
export function milliseconds(ms: number): string {
  if (ms >= 10_000) return duration(ms)
  return `${ms < 10 ? ms.toFixed(1) : Math.round(ms).toLocaleString('en-GB')} ms`
}

/** Events per second, with a digit after the point only where it says something. */
export function perSecond(rate: number): string {
  return rate < 9.95 ? rate.toFixed(1) : Math.round(rate).toLocaleString('en-GB')
}
