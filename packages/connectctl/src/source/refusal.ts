import { explainSecurity } from '@outbox-cdc/outbox/security'
import { ConnectctlError } from '../connect/errors.ts'
import type { Engine } from '../settings/engine.ts'

type Refused = {
  readonly engine: Engine
  readonly host?: string | undefined
  readonly port?: number | undefined
  readonly user?: string | undefined
  /** Whether a URL says how to connect, rather than the connector's settings. */
  readonly byUrl: boolean
  /** What of its settings this machine can't read. */
  readonly unread: readonly string[]
}

/** What kept a client out of a database: in one sentence if that is security, else the error itself. */
export function refusalOf(error: unknown, { engine, host, port, user = '', byUrl, unread }: Refused): unknown {
  const said = explainSecurity(error, { part: engine, address: `${host}:${port}`, principal: user })
  if (said === undefined) return error
  const sentence = (byUrl ? said : withSettings(said)).replace(/\.$/, '')
  const more = /certificate/i.test(said) ? unread : []
  return new ConnectctlError('DATABASE_REFUSES', [sentence, ...more].join('; '), { cause: error })
}

const settings = {
  'add ?ssl-mode=VERIFY_IDENTITY to its URL': 'set database.ssl.mode to verify_identity',
  'take ssl-mode out of its URL': 'set database.ssl.mode to preferred',
  'ssl-ca in the URL': 'database.ssl.truststore',
  'add ?sslmode=verify-full to its URL': 'set database.sslmode to verify-full',
  'take sslmode out of its URL': 'set database.sslmode to prefer',
  'sslrootcert in the URL': 'database.sslrootcert',
  'sslcert and sslkey in its URL': 'database.sslcert and database.sslkey'
}

/** The same advice for the settings of a connector. */
function withSettings(sentence: string): string {
  return Object.entries(settings).reduce((text, [url, setting]) => text.replace(url, setting), sentence)
}
