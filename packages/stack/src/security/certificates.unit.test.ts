import { X509Certificate } from 'node:crypto'
import { readFile, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { connect } from 'node:tls'
import { expect, it, onTestFinished, vi } from 'vitest'
import { tempFolder } from '@outbox-cdc/test-support/temp-folder'
import { ensureCertificates } from './certificates.ts'

const day = 86_400_000
const servers = [{ name: 'kafka', commonName: 'admin', names: ['kafka', '10.0.0.7'] }]

const read = async (dir: string, name: string) => new X509Certificate(await readFile(join(dir, `${name}.pem`)))
const daysLeft = (certificate: X509Certificate) => (certificate.validToDate.getTime() - Date.now()) / day

it('makes an authority for ten years and a certificate for one, for the names of the server and of loopback', async () => {
  const dir = await tempFolder('certificates')
  await ensureCertificates(dir, servers)
  const [ca, kafka] = [await read(dir, 'ca'), await read(dir, 'kafka')]
  expect(ca.ca).toBe(true)
  expect(daysLeft(ca)).toBeCloseTo(3649, 0)
  expect(daysLeft(kafka)).toBeCloseTo(365, 0)
  expect(kafka.verify(ca.publicKey)).toBe(true)
  expect(kafka.subject).toBe('CN=admin')
  for (const name of ['localhost', 'kafka']) expect(kafka.checkHost(name)).toBe(name)
  for (const address of ['127.0.0.1', '::1', '10.0.0.7']) expect(kafka.checkIP(address)).toBeDefined()
  for (const file of ['ca-key.pem', 'kafka.pem']) expect((await stat(join(dir, file))).mode & 0o777).toBe(0o600)

  // A client of Node accepts it, by its names only.
  const pem = await readFile(join(dir, 'kafka.pem'), 'utf8')
  const server = createServer({ key: pem, cert: pem }).listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await new Promise(resolve => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  const reach = (servername: string) =>
    new Promise((resolve, reject) => {
      const options = { host: '127.0.0.1', port, ca: ca.toString(), servername }
      const socket = connect(options, () => resolve(socket.end()))
      socket.on('error', reject)
    })
  await reach('kafka')
  await expect(reach('elsewhere')).rejects.toThrow(/altnames/)
})

it('keeps certificates that last, and makes again those that end within 30 days or lack a name', async () => {
  const dir = await tempFolder('certificates')
  await ensureCertificates(dir, servers)
  const before = [await read(dir, 'ca'), await read(dir, 'kafka')].map(({ serialNumber }) => serialNumber)
  await ensureCertificates(dir, servers)
  const serials = async () => [await read(dir, 'ca'), await read(dir, 'kafka')].map(({ serialNumber }) => serialNumber)
  expect(await serials()).toEqual(before)

  await ensureCertificates(dir, [{ name: 'kafka', names: ['other'] }])
  expect((await serials())[0]).toBe(before[0])
  expect((await serials())[1]).not.toBe(before[1])

  const named = await serials()
  vi.useFakeTimers({ now: Date.now() + 336 * day, toFake: ['Date'] })
  onTestFinished(() => void vi.useRealTimers())
  await ensureCertificates(dir, [{ name: 'kafka', names: ['other'] }])
  expect((await serials())[0]).toBe(named[0])
  expect((await serials())[1]).not.toBe(named[1])
})

it('makes every certificate again when the authority is another', async () => {
  const [dir, other] = [await tempFolder('certificates'), await tempFolder('certificates')]
  await ensureCertificates(dir, servers)
  await ensureCertificates(other, servers)
  await writeFile(join(dir, 'ca-key.pem'), await readFile(join(other, 'ca-key.pem')))
  await ensureCertificates(dir, servers)
  expect((await read(dir, 'kafka')).verify((await read(other, 'ca')).publicKey)).toBe(true)
})
