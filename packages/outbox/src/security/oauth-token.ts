import { OutboxError } from '../errors.ts'

/** A bearer token, and how long it can be used. */
export type Token = { readonly value: string; readonly lifetimeMs: number }

/** The same token until four fifths of its lifetime are over. */
export function cachedToken(ask: () => Promise<Token>): () => Promise<string> {
  let current: { readonly token: Promise<Token>; freshUntil: number } | undefined
  return async () => {
    if (current === undefined || performance.now() >= current.freshUntil) {
      const next = { token: ask(), freshUntil: Infinity }
      current = next
      const asked = performance.now()
      next.token.then(
        ({ lifetimeMs }) => void (next.freshUntil = asked + lifetimeMs * 0.8),
        () => void (current = current === next ? undefined : current)
      )
    }
    return (await current.token).value
  }
}

/** Of OAuth's client_credentials grant. */
export type TokenEndpoint = {
  readonly url: string
  readonly clientId: string
  readonly clientSecret: string
  readonly scope?: string | undefined
}

/** Asks an OAuth server for a token, as Kafka's Java client does: the credentials are in the header. */
export async function fetchToken({ url, clientId, clientSecret, scope }: TokenEndpoint): Promise<Token> {
  const { origin, pathname } = new URL(url)
  const refused = (reason: string, cause?: unknown) =>
    new OutboxError('KAFKA_REFUSED', `The token endpoint ${origin}${pathname} ${reason}`, { cause, retryable: true })
  const credentials = [clientId, clientSecret].map(encodeURIComponent).join(':')
  const response = await fetch(url, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', ...(scope !== undefined && { scope }) }),
    signal: AbortSignal.timeout(10_000)
  }).catch((cause: Error & { cause?: Error }) => {
    throw refused(`does not answer: ${cause.cause?.message ?? cause.message}`, cause)
  })
  const answer = (await response.json().catch(() => ({}))) as {
    access_token?: string
    expires_in?: number
    error?: string
  }
  if (!response.ok || answer.access_token === undefined)
    throw refused(`gave no token: ${response.status}${answer.error === undefined ? '' : ` ${answer.error}`}`)
  return { value: answer.access_token, lifetimeMs: (answer.expires_in ?? 300) * 1_000 }
}
