import { once } from 'node:events'
import { connect } from 'node:net'

/** Tells since when one of the workers that run something takes no connection; undefined while all of them do. */
export function createWorkerPresence(waitMs = 500) {
  let goneSince: number | undefined
  return async (workers: readonly string[]): Promise<number | undefined> => {
    const there = await Promise.all([...new Set(workers)].map(worker => takesConnections(worker, waitMs)))
    goneSince = there.includes(false) ? (goneSince ?? Date.now()) : undefined
    return goneSince
  }
}

async function takesConnections(worker: string, waitMs: number): Promise<boolean> {
  const [, host = worker, port = '0'] = /^\[?(.+?)\]?:(\d+)$/.exec(worker) ?? []
  const socket = connect({ host, port: Number(port) })
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(waitMs) })
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}
