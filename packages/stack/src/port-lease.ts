import { createServer } from 'node:net'
import { StackError } from './errors.ts'

// Outside the range from which systems take outgoing ports.
const [lowest, blockSize, blocks] = [20_000, 50, 240]

/**
 * Ports of the loopback interface that no other process is given as long as this one lives: also not while nothing
 * listens on them, as when an engine is killed and started again. The first port of their block is listened on to hold
 * the others, so the system gives the block back when this process ends, however it ends. The search begins at a block
 * of the caller's choice.
 */
export async function leasePorts(firstBlock: number): Promise<number[]> {
  for (let tried = 0; tried < blocks; tried++) {
    const guard = lowest + ((firstBlock + tried) % blocks) * blockSize
    if (await holdPort(guard)) return Array.from({ length: blockSize - 1 }, (_, index) => guard + 1 + index)
  }
  throw new StackError(
    'PORT_TAKEN',
    `No ports are left from ${lowest} to ${lowest + blocks * blockSize - 1}: other systems and tests hold them. End some, and start again.`
  )
}

/** Listens on a port until this process ends; false when the port is taken. */
function holdPort(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const server = createServer(socket => socket.destroy())
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => resolve(true)).unref()
  })
}
