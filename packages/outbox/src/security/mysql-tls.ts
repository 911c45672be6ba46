import { connect, isIP, type Socket } from 'node:net'

/** PEM texts. Without `ca`, Node's authorities count, which include those of NODE_EXTRA_CA_CERTS. */
export type Certificates = { readonly ca?: string; readonly cert?: string; readonly key?: string }

export const mysqlModes = ['DISABLED', 'REQUIRED', 'VERIFY_CA', 'VERIFY_IDENTITY'] as const

/** TLS for mysql2. */
export type MysqlTls = {
  readonly ssl?: Certificates & { readonly rejectUnauthorized: boolean; readonly verifyIdentity: boolean }
  readonly stream?: () => Socket
}

type Wanted = Certificates & {
  readonly host: string
  readonly port: number
  readonly mode: (typeof mysqlModes)[number]
}

/** The options of mysql2 for one of MySQL's modes. */
export function mysqlTls({ host, port, mode, ca, cert, key }: Wanted): MysqlTls {
  if (mode === 'DISABLED') return {}
  const certificates = {
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && key !== undefined && { cert, key })
  }
  const verifyIdentity = mode === 'VERIFY_IDENTITY'
  const ssl = { ...certificates, rejectUnauthorized: mode !== 'REQUIRED', verifyIdentity }
  return verifyIdentity && isIP(host) !== 0 ? { ssl, stream: () => socketTo(host, port) } : { ssl }
}

/** mysql2 gives Node no name for an IP address, and then Node compares the certificate with `localhost`, or with this. */
function socketTo(host: string, port: number): Socket {
  const socket = connect({ host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: 10_000 })
  return Object.assign(socket, { _host: host })
}
