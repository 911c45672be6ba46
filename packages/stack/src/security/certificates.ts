import { X509Certificate, generateKeyPair, randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import forge from 'node-forge'

const day = 86_400_000
/** The names by which a process of this machine reaches a server of it. */
const loopbackNames: readonly string[] = ['localhost', '127.0.0.1', '::1']

export type ServerCertificate = {
  /** The name of its file. */
  readonly name: string
  readonly commonName?: string
  /** Further names and addresses of the server, beside those of loopback. */
  readonly names?: readonly string[]
}

type Issued = { readonly certificate: X509Certificate; readonly pem: string; readonly key: string }

/**
 * A private CA and a certificate for each server in a folder: `ca.pem`, and `NAME.pem` with key and certificate. What is
 * missing, ends within 30 days, or lacks a name is made again. Keys can only be read by their owner.
 */
export async function ensureCertificates(dir: string, servers: readonly ServerCertificate[]): Promise<void> {
  await mkdir(dir, { recursive: true, mode: 0o700 })
  const authority =
    (await usable(dir, 'ca-key', [])) ?? (await issue(dir, { name: 'ca-key', commonName: 'outbox-cdc' }))
  await writeFile(join(dir, 'ca.pem'), authority.certificate.toString())
  for (const server of servers) {
    const names = [...loopbackNames, ...(server.names ?? [])]
    const existing = await usable(dir, server.name, names)
    if (existing === undefined || !existing.certificate.verify(authority.certificate.publicKey))
      await issue(dir, server, authority)
  }
}

/** The certificate of a file, unless it can't be used for another 30 days. */
async function usable(dir: string, name: string, names: readonly string[]): Promise<Issued | undefined> {
  const file = join(dir, `${name}.pem`)
  if (!existsSync(file)) return undefined
  const pem = await readFile(file, 'utf8')
  const certificate = new X509Certificate(pem)
  const isNamed = (host: string) =>
    isAddress(host) ? certificate.checkIP(host) !== undefined : certificate.checkHost(host) !== undefined
  const lasts = certificate.validToDate.getTime() > Date.now() + 30 * day
  return lasts && names.every(isNamed) ? { certificate, pem, key: pem } : undefined
}

const isAddress = (host: string): boolean => /^[\d.]+$|:/.test(host)

/** Makes a key and its certificate; without an authority, one that signs itself and others. */
async function issue(dir: string, server: ServerCertificate, authority?: Issued): Promise<Issued> {
  const key = await newKey()
  const made = forge.pki.createCertificate()
  const subject = [{ name: 'commonName', value: server.commonName ?? server.name }]
  made.publicKey = publicKeyOf(key)
  made.serialNumber = `01${randomBytes(15).toString('hex')}`
  // A clock that is a little behind ours accepts it too.
  made.validity.notBefore = new Date(Date.now() - 3_600_000)
  made.validity.notAfter = new Date(Date.now() + (authority === undefined ? 3_650 * day - day : 365 * day))
  made.setSubject(subject)
  made.setIssuer(
    authority === undefined ? subject : forge.pki.certificateFromPem(certificateIn(authority.pem)).subject.attributes
  )
  made.setExtensions(
    authority === undefined ? authorityExtensions : serverExtensions([...loopbackNames, ...(server.names ?? [])])
  )
  made.sign(forge.pki.privateKeyFromPem(keyIn(authority?.pem ?? key)), forge.md.sha256.create())
  const pem = `${key}${forge.pki.certificateToPem(made).replaceAll('\r', '')}`
  const file = join(dir, `${server.name}.pem`)
  await writeFile(`${file}.new`, pem, { mode: 0o600 })
  await rename(`${file}.new`, file)
  return { certificate: new X509Certificate(pem), pem, key }
}

const authorityExtensions = [
  { name: 'basicConstraints', cA: true, critical: true },
  { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
  { name: 'subjectKeyIdentifier' }
]

function serverExtensions(names: readonly string[]) {
  const altNames = names.map(name => (isAddress(name) ? { type: 7, ip: name } : { type: 2, value: name }))
  return [
    { name: 'basicConstraints', cA: false, critical: true },
    { name: 'keyUsage', digitalSignature: true, keyEncipherment: true, critical: true },
    // Kafka's nodes show theirs to each other too, as clients.
    { name: 'extKeyUsage', serverAuth: true, clientAuth: true },
    { name: 'subjectAltName', altNames }
  ]
}

async function newKey(): Promise<string> {
  const options = {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' }
  } as const
  return (await promisify(generateKeyPair)('rsa', options)).privateKey
}

function publicKeyOf(key: string): forge.pki.rsa.PublicKey {
  const { n, e } = forge.pki.privateKeyFromPem(key)
  return forge.pki.setRsaPublicKey(n, e)
}

const keyIn = (pem: string): string => /-----BEGIN PRIVATE KEY-----[^]*?-----END PRIVATE KEY-----/.exec(pem)?.[0] ?? ''
const certificateIn = (pem: string): string => /-----BEGIN CERT[^]*?-----END CERTIFICATE-----/.exec(pem)?.[0] ?? ''

/** The key and certificate of `NAME.pem` as a PKCS#12 store, for Java programs that read no PEM. */
export async function writeKeyStore(dir: string, name: string, password: string): Promise<string> {
  const pem = await readFile(join(dir, `${name}.pem`), 'utf8')
  const [key, certificate] = [forge.pki.privateKeyFromPem(keyIn(pem)), forge.pki.certificateFromPem(certificateIn(pem))]
  const store = forge.pkcs12.toPkcs12Asn1(key, [certificate], password, { algorithm: 'aes256', friendlyName: name })
  const file = join(dir, `${name}.p12`)
  await writeFile(file, Buffer.from(forge.asn1.toDer(store).getBytes(), 'binary'), { mode: 0o600 })
  return file
}
