import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import forge from 'node-forge'

/** A key store of Java: PKCS#12, or JKS for certificates alone. */
export type JavaStore = { readonly path: string; readonly password: string }

const magicOfJks = 0xfeedfeed
const { certBag, pkcs8ShroudedKeyBag } = forge.pki.oids as Record<'certBag' | 'pkcs8ShroudedKeyBag', string>

/** The certificates in a truststore, as PEM. */
export function certificatesIn({ path, password }: JavaStore): readonly string[] {
  const bytes = readFileSync(path)
  if (bytes.readUInt32BE(0) === magicOfJks) return certificatesInJks(bytes)
  return certificatesOf(openPkcs12(bytes, password))
}

/** The client's key and its certificates in a keystore, as PEM. */
export function identityIn({ path, password }: JavaStore): { readonly cert: string; readonly key: string } {
  const bytes = readFileSync(path)
  if (bytes.readUInt32BE(0) === magicOfJks) throw new Error('it is JKS, whose keys only Java reads: make it PKCS#12')
  const store = openPkcs12(bytes, password)
  const [bag] = store.getBags({ bagType: pkcs8ShroudedKeyBag })[pkcs8ShroudedKeyBag] ?? []
  if (!bag?.key) throw new Error('it has no private key')
  const key = createPrivateKey(forge.pki.privateKeyToPem(bag.key))
  const isOwn = (pem: string) => new X509Certificate(pem).checkPrivateKey(key)
  const [own = [], chain = []] = [isOwn, (pem: string) => !isOwn(pem)].map(each => certificatesOf(store).filter(each))
  return { cert: [...own, ...chain].join(''), key: key.export({ type: 'pkcs8', format: 'pem' }).toString() }
}

function openPkcs12(bytes: Buffer, password: string): forge.pkcs12.Pkcs12Pfx {
  return forge.pkcs12.pkcs12FromAsn1(forge.asn1.fromDer(bytes.toString('binary')), false, password)
}

/** A certificate whose key isn't RSA stays unread by the library: then it is in `asn1`. */
function certificatesOf(store: forge.pkcs12.Pkcs12Pfx): readonly string[] {
  const bags = store.getBags({ bagType: certBag })[certBag] ?? []
  return bags.map(({ cert, asn1 }) => {
    const read = cert === undefined || cert === null ? asn1 : forge.pki.certificateToAsn1(cert)
    return pemOf(Buffer.from(forge.asn1.toDer(read).getBytes(), 'binary'))
  })
}

const pemOf = (der: Buffer) => new X509Certificate(der).toString()

/** Certificates aren't encrypted there. https://metastatic.org/source/JKS.html */
function certificatesInJks(bytes: Buffer): readonly string[] {
  let at = 8
  const number = () => bytes.readUInt32BE((at += 4) - 4)
  const block = () => {
    const length = number()
    return bytes.subarray(at, (at += length))
  }
  const skipText = () => void (at += 2 + bytes.readUInt16BE(at))
  const certificate = () => {
    skipText() // its type, X.509
    return pemOf(block())
  }
  return Array.from({ length: number() }, () => {
    const isKey = number() === 1
    skipText() // its alias
    at += 8 // its date
    if (isKey) block()
    return Array.from({ length: isKey ? number() : 1 }, certificate)
  }).flat()
}
