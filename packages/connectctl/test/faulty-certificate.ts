import { generateKeyPairSync } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { isIP } from 'node:net'
import { join } from 'node:path'
import forge from 'node-forge'

type Fault = { readonly name: string; readonly altName: string; readonly lastsMs?: number; readonly signsItself?: true }

/** A certificate of the stack's authority, or of itself, for one name only and for a short time: its file has the key too. */
export async function faultyCertificate(
  tlsDir: string,
  { name, altName, lastsMs, signsItself }: Fault
): Promise<string> {
  const options = { type: 'pkcs8', format: 'pem' } as const
  const publicKeyEncoding = { type: 'spki', format: 'pem' } as const
  const pair = generateKeyPairSync('rsa', { modulusLength: 2048, publicKeyEncoding, privateKeyEncoding: options })
  const authority = await readFile(join(tlsDir, 'ca-key.pem'), 'utf8')
  const made = forge.pki.createCertificate()
  const subject = [{ name: 'commonName', value: name }]
  made.publicKey = forge.pki.publicKeyFromPem(pair.publicKey)
  made.serialNumber = `02${forge.util.bytesToHex(forge.random.getBytesSync(15))}`
  made.validity.notBefore = new Date(Date.now() - 3_600_000)
  made.validity.notAfter = new Date(Date.now() + (lastsMs ?? 86_400_000))
  made.setSubject(subject)
  const [certificate = ''] = /-----BEGIN CERT[^]*?-----END CERTIFICATE-----/.exec(authority) ?? []
  made.setIssuer(signsItself ? subject : forge.pki.certificateFromPem(certificate).subject.attributes)
  const altNames = [isIP(altName) === 0 ? { type: 2, value: altName } : { type: 7, ip: altName }]
  made.setExtensions([{ name: 'subjectAltName', altNames }])
  const [key = ''] = /-----BEGIN PRIVATE KEY[^]*?-----END PRIVATE KEY-----/.exec(authority) ?? []
  made.sign(forge.pki.privateKeyFromPem(signsItself ? pair.privateKey : key), forge.md.sha256.create())
  const file = join(tlsDir, `${name}.pem`)
  await writeFile(file, `${pair.privateKey}${forge.pki.certificateToPem(made)}`, { mode: 0o600 })
  return file
}
