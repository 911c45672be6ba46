import { createServer } from 'node:net'
import { expect, it } from 'vitest'
import { freePort, portHolder, requireFree } from './ports.ts'

it('names the process that holds a taken port', async () => {
  const port = await freePort()
  const server = createServer().listen(port, '127.0.0.1')
  await new Promise(resolve => server.once('listening', resolve))
  try {
    await expect(requireFree(port, 'the order service')).rejects.toThrow(
      `Port ${port}, wanted for the order service, is taken by`
    )
    if (process.platform === 'linux') expect(portHolder(port)).toContain(`(pid ${process.pid})`)
  } finally {
    server.close()
  }
})

it('never chooses a port twice, though nothing listens on it yet', async () => {
  const ports = await Promise.all(Array.from({ length: 200 }, freePort))
  expect(new Set(ports).size).toBe(ports.length)
})

it('accepts a free port', async () => {
  await expect(requireFree(await freePort(), 'anything')).resolves.toBeUndefined()
})
