import { readFile } from 'node:fs/promises'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { trustExtraAuthorities } from '@outbox-cdc/outbox/security'
import { tempFolder } from '@outbox-cdc/test-support/temp-folder'
import { expect, it, onTestFinished } from 'vitest'
import { ensureCertificates } from './certificates.ts'

it('lets a process that runs already trust the authority of NODE_EXTRA_CA_CERTS', async () => {
  const dir = await tempFolder('authority')
  await ensureCertificates(dir, [{ name: 'server' }])
  const pem = await readFile(join(dir, 'server.pem'))
  const server = createServer({ key: pem, cert: pem }, (_, response) => void response.end('trusted'))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const before = getCACertificates('default')
  onTestFinished(() => {
    setDefaultCACertificates(before)
    server.close()
  })
  const ask = async () => (await fetch(`https://127.0.0.1:${(server.address() as AddressInfo).port}`)).text()
  trustExtraAuthorities({})
  await expect(ask()).rejects.toThrow('fetch failed')
  trustExtraAuthorities({ NODE_EXTRA_CA_CERTS: join(dir, 'ca.pem') })
  expect(await ask()).toBe('trusted')
  const nowhere = { NODE_EXTRA_CA_CERTS: join(dir, 'nothing.pem') }
  expect(() => trustExtraAuthorities(nowhere)).toThrow(/^NODE_EXTRA_CA_CERTS: .*nothing\.pem can't be read \(ENOENT\)$/)
})
