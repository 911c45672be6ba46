export type ConnectWorker = { readonly base: string; readonly headers: Readonly<Record<string, string>> }

/** Where a worker answers, and as whom: a password that stays in the address is told by every message that names it. */
export function connectWorker(address: string): ConnectWorker {
  const base = address.trim().replace(/\/+$/, '')
  const url = URL.parse(base)
  if (url === null || (url.username === '' && url.password === '')) return { base, headers: {} }
  const account = [url.username, url.password].map(decodeURIComponent).join(':')
  url.username = ''
  url.password = ''
  const authorization = `Basic ${Buffer.from(account).toString('base64')}`
  return { base: url.href.replace(/\/+$/, ''), headers: { authorization } }
}
