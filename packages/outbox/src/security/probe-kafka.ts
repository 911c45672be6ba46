import { connect, isIP, type Socket } from 'node:net'
import { connect as connectTls, type PeerCertificate, type TLSSocket } from 'node:tls'
import type { KafkaSecurity } from './kafka-security.ts'

/** What a broker's listener demands. */
export type Listener = {
  readonly tls: boolean
  /** The mechanisms that it offers; none on a listener without SASL, undefined if it didn't say. */
  readonly mechanisms: readonly string[] | undefined
  readonly certificate?: PeerCertificate
}

const patienceMs = 3_000

/** Asks a listener what it demands, without a login; undefined if nothing answers. */
export async function probeKafka(address: string, { tls = {} }: KafkaSecurity): Promise<Listener | undefined> {
  const [, host = '', port = ''] = /^\[?(.*?)\]?:(\d+)$/.exec(address) ?? []
  const at = { host, port: Number(port) }
  const secure = await opened(
    // Nothing is sent on it that needs a checked certificate.
    connectTls({ ...at, ...tls, rejectUnauthorized: false, ...(isIP(host) === 0 && { servername: host }) }),
    'secureConnect'
  )
  if (secure !== undefined) {
    const certificate = (secure as TLSSocket).getPeerCertificate()
    return { tls: true, certificate, mechanisms: await askMechanisms(secure) }
  }
  const plain = await opened(connect(at), 'connect')
  const mechanisms = plain && (await askMechanisms(plain))
  return mechanisms && { tls: false, mechanisms }
}

function opened(socket: Socket, event: 'connect' | 'secureConnect'): Promise<Socket | undefined> {
  const { promise, resolve } = Promise.withResolvers<Socket | undefined>()
  socket.setTimeout(patienceMs, () => socket.destroy())
  socket.once(event, () => resolve(socket))
  socket.on('error', () => resolve(undefined))
  socket.on('close', () => resolve(undefined))
  return promise
}

const illegalState = 34

/** Sends SaslHandshake v1 for a mechanism that doesn't exist: the answer lists those that do. */
async function askMechanisms(socket: Socket): Promise<readonly string[] | undefined> {
  const { promise, resolve } = Promise.withResolvers<readonly string[] | undefined>()
  let answer = Buffer.alloc(0)
  socket.on('data', bytes => {
    answer = Buffer.concat([answer, bytes])
    if (answer.length >= 4 && answer.length >= 4 + answer.readUInt32BE(0)) resolve(mechanismsIn(answer))
  })
  socket.on('close', () => resolve(undefined))
  socket.on('end', () => resolve(undefined))
  const request = Buffer.concat([Buffer.from([0, 17, 0, 1, 0, 0, 0, 1]), stringOf('probe'), stringOf('NONE')])
  const size = Buffer.alloc(4)
  size.writeUInt32BE(request.length)
  socket.write(Buffer.concat([size, request]))
  return promise.finally(() => socket.destroy())
}

function stringOf(text: string): Buffer {
  const length = Buffer.alloc(2)
  length.writeUInt16BE(text.length)
  return Buffer.concat([length, Buffer.from(text)])
}

/** Of the size, the correlation id, an error code and a list of strings. */
function mechanismsIn(answer: Buffer): readonly string[] | undefined {
  try {
    if (answer.readInt16BE(8) === illegalState) return []
    const names: string[] = []
    for (let left = answer.readInt32BE(10), at = 14; left > 0; left--) {
      const length = answer.readUInt16BE(at)
      names.push(answer.toString('utf8', at + 2, at + 2 + length))
      at += 2 + length
    }
    return names
  } catch {
    return undefined
  }
}
