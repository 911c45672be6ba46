export type ConnectWorker = { readonly base: string; readonly headers: Readonly<Record<string, string>> }

/** A worker's address and account, kept apart so that no message shows the password. */
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
