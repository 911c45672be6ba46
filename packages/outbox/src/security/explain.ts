/** Whose connection failed: `part` such as `MySQL`, and what is known of it. */
export type Connection = {
  readonly part: string
  /** `host:port`. */
  readonly address?: string
  /** Who connects, such as `User:delivery-service`. */
  readonly principal?: string
  /** What it asked for, such as `the topic orders_server.orders.outbox`. */
  readonly what?: string
}

type Known = { readonly code?: unknown; readonly message: string }

/** One sentence for a connection that security broke; undefined for any other error. Its cause says more. */
export function explainSecurity(error: unknown, at: Connection): string | undefined {
  for (const each of causesOf(error)) {
    const sentence = certificateProblem(each, at)
    if (sentence !== undefined) return sentence
  }
  return undefined
}

function placeOf({ part, address }: Connection): string {
  return address === undefined ? part : `${part} at ${address}`
}

function certificateProblem({ code, message }: Known, at: Connection): string | undefined {
  const text = `${String(code)} ${message}`
  if (/CERT_HAS_EXPIRED|certificate has expired/.test(text)) return `The certificate of ${placeOf(at)} has expired.`
  if (/ERR_TLS_CERT_ALTNAME_INVALID|does not match certificate's altnames/.test(text))
    return `The certificate of ${placeOf(at)} is for another host name.`
  if (/SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER|self.signed certificate|unable to (verify|get)/.test(text))
    return `The certificate of ${placeOf(at)} is not signed by an authority that this process knows: name it with NODE_EXTRA_CA_CERTS.`
  return undefined
}

function* causesOf(error: unknown): Generator<Known> {
  for (let each = error; each instanceof Error; each = each.cause) {
    yield each
    if (each instanceof AggregateError) for (const inner of each.errors) yield* causesOf(inner)
  }
}
