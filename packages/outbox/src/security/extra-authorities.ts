import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { readText } from './secrets.ts'
import type { Environment } from './settings-error.ts'

/**
 * Trusts the authorities in the file of NODE_EXTRA_CA_CERTS. Node itself reads that variable only when a process starts,
 * so one that comes from a file of variables would have no effect.
 */
export function trustExtraAuthorities({ NODE_EXTRA_CA_CERTS: file }: Environment): void {
  if (!file) return
  setDefaultCACertificates([...getCACertificates('default'), readText('NODE_EXTRA_CA_CERTS', file)])
}
