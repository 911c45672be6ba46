import tls from 'node:tls'
import { readText } from './secrets.ts'
import type { Environment } from './settings-error.ts'

/**
 * Trusts the authorities in the file of NODE_EXTRA_CA_CERTS. Node itself reads that variable only when a process starts,
 * so one that comes from a file of variables would have no effect.
 */
export function trustExtraAuthorities({ NODE_EXTRA_CA_CERTS: file }: Environment): void {
  if (!file) return
  // Node 20 has neither, and a named import of them would keep it from loading this module.
  tls.setDefaultCACertificates?.([...tls.getCACertificates('default'), readText('NODE_EXTRA_CA_CERTS', file)])
}
