import { OutboxError } from '../errors.ts'
import { databaseProblem } from './explain-databases.ts'
import { kafkaProblem, rightIn } from './explain-kafka.ts'
import { type Known, type Connection, placeOf } from './connection.ts'
import { SettingsError } from './settings-error.ts'

/**
 * One sentence for a connection that security broke: who is refused, which right is missing, what is wrong with a
 * certificate, and what to do. Undefined for any other error. Knows kafkajs, @platformatic/kafka, mysql2, pg and `fetch`.
 */
export function explainSecurity(error: unknown, at: Connection): string | undefined {
  const known = [...causesOf(error)]
  const explained = known.find(isExplained)
  if (explained !== undefined) return explained.message
  const place = { ...at, right: at.right ?? rightIn(known) }
  for (const explain of [certificateProblem, tlsProblem, kafkaProblem, databaseProblem, httpProblem])
    for (const each of known) {
      const sentence = explain(each, place)
      if (sentence !== undefined) return sentence
    }
  return undefined
}

const isExplained = (error: Known) =>
  error instanceof SettingsError || (error instanceof OutboxError && error.code === 'KAFKA_REFUSED')

/** The error and those within it, the innermost last. */
export function* causesOf(error: unknown): Generator<Known> {
  if (typeof error !== 'object' || error === null || !('message' in error)) return
  yield error as Known
  if ('errors' in error && Array.isArray(error.errors)) for (const inner of error.errors) yield* causesOf(inner)
  if ('cause' in error) yield* causesOf(error.cause)
}

function certificateProblem({ code, message, cert }: Known, at: Connection): string | undefined {
  const text = `${String(code)} ${message}`
  const whose = `The certificate of ${placeOf(at)}`
  if (/CERT_HAS_EXPIRED|certificate has expired/.test(text)) {
    const end = at.certificate?.valid_to ?? cert?.valid_to
    return end === undefined ? `${whose} has expired.` : `${whose} expired on ${dayOf(end)}.`
  }
  if (/CERT_NOT_YET_VALID|certificate is not yet valid/.test(text)) return `${whose} is not valid yet.`
  if (/ALTNAME_INVALID|does not match certificate's altnames/.test(text)) {
    const names = namesOf(
      at.certificate?.subjectaltname ?? cert?.subjectaltname ?? /altnames: ((?:DNS|IP)[^"]*)$/.exec(message)?.[1]
    )
    const asked = /(?:Host: |IP: )(\S+?)\.? is not/.exec(message)?.[1] ?? 'the name in the address'
    return names === '' ? `${whose} is not for ${asked}.` : `${whose} is for ${names}, not for ${asked}.`
  }
  if (
    /SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER|self.signed certificate|unable to (?:verify the first|get (?:local )?issuer)/.test(
      text
    )
  )
    return `${whose} is not signed by an authority that this process knows: name it with ${authorityOf(at)}.`
  return undefined
}

const dayOf = (text: string) => new Date(text).toISOString().slice(0, 10)

const namesOf = (altNames = '') =>
  altNames
    .split(', ')
    .map(name => name.replace(/^(?:DNS|IP(?: Address)?):/, ''))
    .join(', ')

function authorityOf({ part }: Connection): string {
  const own = { Kafka: 'KAFKA_SSL_CA', MySQL: 'ssl-ca in the URL', PostgreSQL: 'sslrootcert in the URL' }[part]
  return own === undefined ? 'NODE_EXTRA_CA_CERTS' : `${own} or NODE_EXTRA_CA_CERTS`
}

function tlsProblem({ code, message }: Known, at: Connection): string | undefined {
  const text = `${String(code)} ${message}`
  if (
    /ALERT_(?:BAD_CERTIFICATE|CERTIFICATE_REQUIRED|UNKNOWN_CA)|alert (?:bad certificate|certificate required|unknown ca)/i.test(
      text
    )
  )
    return `${placeOf(at)} demands a client certificate of an authority that it knows.`
  if (/WRONG_VERSION_NUMBER|wrong version number|packet length too long/i.test(text))
    return `${placeOf(at)} speaks no TLS.`
  if (/HPE_INVALID_CONSTANT|Expected HTTP\//.test(text))
    return `${placeOf(at)} doesn't answer in HTTP: if it speaks TLS, its address begins with https://.`
  return undefined
}

function httpProblem({ status }: Known, at: Connection): string | undefined {
  const who = at.principal ?? 'this client'
  if (status === 401) return `${placeOf(at)} refuses ${who}: the password or the token is wrong or missing.`
  if (status === 403) return `${who} lacks the right to use ${at.what ?? placeOf(at)}.`
  return undefined
}
