import { createHash } from 'node:crypto'
import { expect, it } from 'vitest'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ensureCertificates } from './certificates.ts'
import { trustStoreOf } from './trust-store.ts'

it('holds the certificate of the authority, protected by the password', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'trust-store-'))
  await ensureCertificates(dir, [])
  const pem = await readFile(join(dir, 'ca.pem'), 'utf8')
  await rm(dir, { recursive: true })
  const store = trustStoreOf(pem, 'pa')
  const [body, digest] = [store.subarray(0, -20), store.subarray(-20)]
  expect(body.subarray(0, 4).toString('hex')).toBe('feedfeed')
  const der = Buffer.from(pem.replaceAll(/-----[^-]+-----|\s/g, ''), 'base64')
  expect(body.subarray(-der.length)).toEqual(der)
  const protectedBy = (password: string) =>
    createHash('sha1')
      .update(Buffer.from(password, 'utf16le').swap16())
      .update('Mighty Aphrodite')
      .update(body)
      .digest()
  expect(digest).toEqual(protectedBy('pa'))
})
