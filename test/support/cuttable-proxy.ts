import { createServer, connect } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'

export type CuttableProxy = {
  readonly port: number
  /** From now on nothing passes in either direction, but every connection stays established. */
  readonly cut: () => void
  /** New connections pass again; the silent ones stay silent. */
  readonly heal: () => void
  readonly close: () => Promise<void>
}

/** A proxy that can go silent without closing a connection. */
export async function startCuttableProxy(target: { host: string; port: number }): Promise<CuttableProxy> {
  const sockets = new Set<Socket>()
  let silent = false
  const server = createServer(client => {
    sockets.add(client)
    client.on('error', () => undefined)
    if (silent) return
    const upstream = connect(target)
    sockets.add(upstream)
    upstream.on('error', () => client.destroy())
    upstream.on('close', () => client.destroy())
    client.on('close', () => upstream.destroy())
    client.pipe(upstream).pipe(client)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', () => resolve()))
  return {
    port: (server.address() as AddressInfo).port,
    cut() {
      silent = true
      for (const socket of sockets) socket.unpipe().removeAllListeners('close').pause()
    },
    heal() {
      silent = false
    },
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise(resolve => server.close(resolve))
    }
  }
}
