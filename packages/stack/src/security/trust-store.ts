import { createHash, X509Certificate } from 'node:crypto'

/** An authority as a Java truststore (JKS), for Java programs that read no PEM. */
export function trustStoreOf(caPem: string, password: string): Buffer {
  const text = (value: string) => {
    const bytes = Buffer.from(value)
    const length = Buffer.alloc(2)
    length.writeUInt16BE(bytes.length)
    return Buffer.concat([length, bytes])
  }
  const int = (value: number) => {
    const bytes = Buffer.alloc(4)
    bytes.writeUInt32BE(value)
    return bytes
  }
  const der = new X509Certificate(caPem).raw
  const made = Buffer.alloc(8)
  made.writeBigInt64BE(BigInt(Date.now()))
  const [magic, version, entries, trustedCertificate] = [0xfeedfeed, 2, 1, 2]
  const store = Buffer.concat([
    ...[magic, version, entries, trustedCertificate].map(int),
    text('ca'),
    made,
    text('X.509'),
    int(der.length),
    der
  ])
  // The format's own words between the password and what it protects.
  const digest = createHash('sha1').update(Buffer.from(password, 'utf16le').swap16()).update('Mighty Aphrodite')
  return Buffer.concat([store, digest.update(store).digest()])
}
