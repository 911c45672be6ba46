import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

export type TcpProxy = {
  readonly port: number
  /** Refuses new connections and resets the open ones, as a server that died. */
  cut(): void
  /** Keeps connections open and passes nothing on, as a server that is frozen or a cable that was pulled. */
  freeze(): void
  /** Lets everything through again. */
  heal(): void
}

/** A server's stand-in on another port, whose network a test can break. */
export async function useTcpProxy(target: { readonly host: string; readonly port: number }): Promise<TcpProxy> {
  const sockets = new Set<Socket>()
  let state: 'open' | 'cut' | 'frozen' = 'open'
  const server = createServer(client => {
    if (state === 'cut') return void client.destroy()
    const upstream = connect(target)
    for (const [one, other] of [
      [client, upstream],
      [upstream, client]
    ] as const) {
      sockets.add(one)
      one.on('data', bytes => void other.write(bytes))
      one.on('error', () => other.destroy())
      one.on('close', () => {
        sockets.delete(one)
        other.destroy()
      })
      if (state === 'frozen') one.pause()
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const end = () => sockets.forEach(socket => socket.destroy())
  onTestFinished(() => {
    end()
    server.close()
  })
  return {
    port: (server.address() as AddressInfo).port,
    cut() {
      state = 'cut'
      end()
    },
    freeze() {
      state = 'frozen'
      for (const socket of sockets) socket.pause()
    },
    heal() {
      state = 'open'
      for (const socket of sockets) socket.resume()
    }
  }
}
