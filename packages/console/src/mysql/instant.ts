/** Milliseconds since 1970, with their fraction, of a MySQL timestamp text in UTC such as `2026-01-02 03:04:05.678901`. */
export function instantOf(text: string): number {
  const [, seconds = '', fraction = '0'] = /^(.{19})(?:\.(\d{1,6}))?/.exec(text) ?? []
  return Date.parse(`${seconds.replace(' ', 'T')}Z`) + Number(fraction.padEnd(6, '0')) / 1000
}
