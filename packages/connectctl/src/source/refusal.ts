import { explainSecurity } from '@outbox-cdc/outbox/security'
import { ConnectctlError } from '../connect/errors.ts'
import type { Engine } from '../settings/engine.ts'

type Refused = {
  readonly engine: Engine
  readonly host?: string | undefined
  readonly port?: number | undefined
  readonly user?: string | undefined
  /** What of its settings this machine can't read. */
  readonly unread: readonly string[]
}

/** What kept a client out of a database: in one sentence if that is security, else the error itself. */
export function refusalOf(error: unknown, { engine, host, port, user = '', unread }: Refused): unknown {
  const said = explainSecurity(error, { part: engine, address: `${host}:${port}`, principal: user })
  if (said === undefined) return error
  const more = /certificate/i.test(said) ? unread : []
  return new ConnectctlError('DATABASE_REFUSES', [said.replace(/\.$/, ''), ...more].join('; '), { cause: error })
}
