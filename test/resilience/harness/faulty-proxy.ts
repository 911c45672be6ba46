import { type AddressInfo, type Socket, connect, createServer } from 'node:net'

export type FaultyProxy = {
  readonly port: number
  connections(): number
  /** Ends every connection with a TCP reset and says how many; new ones pass. */
  reset(): number
  /** Nothing passes any more, yet every connection stays established; says how many. */
  cut(): number
  /** New connections pass again; those that were cut stay silent for ever. */
  heal(): void
  /** Ends what is open and turns every new connection away, until told otherwise. */
  refuse(on: boolean): void
  refused(): number
  close(): Promise<void>
}

/** Stands between two parties as a network that breaks. */
export async function startFaultyProxy(target: { host: string; port: number }): Promise<FaultyProxy> {
  const sockets = new Set<Socket>()
  let silent = false
  let refusing = false
  let refused = 0
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
    client.pipe(upstream).pipe(client)
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
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise(resolve => server.close(resolve))
    }
  }
}
