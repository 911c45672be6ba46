import { type AddressInfo, type Socket, connect, createServer } from 'node:net'
import { Transform } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'

export type FaultyProxy = {
  readonly port: number
  connections(): number
  /** Ends every connection with a TCP reset and says how many; new ones pass. */
  reset(): number
  /** Nothing passes any more, yet every connection stays established; says how many. */
  cut(): number
  /** New connections pass again; the silent ones stay silent. */
  heal(): void
  /** Ends what is open and turns every new connection away, until told otherwise. */
  refuse(on: boolean): void
  refused(): number
  /** Everything arrives so much later, in both directions; 0 ends it for new and old connections. */
  delay(ms: number): void
  /** Ends each open connection in the middle of what the target sends next; says how many were cut so. */
  cutInMidPacket(): number
  midPacketCuts(): number
  close(): Promise<void>
}

/** Stands between two parties as a network that breaks. */
export async function startFaultyProxy(target: { host: string; port: number }): Promise<FaultyProxy> {
  const sockets = new Set<Socket>()
  const upstreams = new Set<Socket>()
  let silent = false
  let refusing = false
  let refused = 0
  let delayMs = 0
  let midPacketCuts = 0
  const toCut = new Set<Socket>()
  const late = (from: Socket, to: Socket) => {
    let queue = Promise.resolve()
    return new Transform({
      transform(chunk: Buffer, _encoding, done) {
        done()
        if (toCut.delete(from)) {
          midPacketCuts += 1
          // The first half arrives, then the connection ends.
          to.write(chunk.subarray(0, Math.ceil(chunk.length / 2)), () => to.resetAndDestroy())
          return
        }
        const due = Date.now() + delayMs
        queue = queue
          .then(() => (due > Date.now() ? sleep(due - Date.now()) : undefined))
          .then(() => void this.push(chunk))
      },
      async flush(done) {
        await queue
        done()
      }
    })
  }
  const hold = (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  }
  const server = createServer(client => {
    hold(client)
    client.on('error', () => undefined)
    if (silent) return
    if (refusing) {
      refused += 1
      client.resetAndDestroy()
      return
    }
    const upstream = connect(target)
    hold(upstream)
    upstream.on('error', () => client.destroy())
    upstream.on('close', () => client.destroy())
    client.on('close', () => upstream.destroy())
    upstreams.add(upstream)
    upstream.on('close', () => upstreams.delete(upstream))
    client.pipe(late(client, upstream)).pipe(upstream)
    upstream.pipe(late(upstream, client)).pipe(client)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', () => resolve()))
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => sockets.size,
    reset() {
      const open = [...sockets]
      for (const socket of open) socket.resetAndDestroy()
      return open.length
    },
    cut() {
      silent = true
      for (const socket of sockets) socket.unpipe().removeAllListeners('close').pause()
      return sockets.size
    },
    heal() {
      silent = false
    },
    refuse(on) {
      refusing = on
      if (on) for (const socket of sockets) socket.resetAndDestroy()
    },
    refused: () => refused,
    delay(ms) {
      delayMs = ms
    },
    cutInMidPacket() {
      for (const upstream of upstreams) toCut.add(upstream)
      return toCut.size
    },
    midPacketCuts: () => midPacketCuts,
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise(resolve => server.close(resolve))
    }
  }
}
