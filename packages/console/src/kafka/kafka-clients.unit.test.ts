import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { asTheyAre } from './decode-record.ts'
import { createKafkaClients } from './kafka-clients.ts'

it('survives a connection that reports more than one error', async () => {
  const broker = createServer()
  await new Promise<void>(resolve => broker.listen(0, '127.0.0.1', resolve))
  const { address: host, port } = broker.address() as AddressInfo
  const clients = createKafkaClients({ brokers: [`${host}:${port}`], security: {} }, asTheyAre)
  onTestFinished(async () => {
    await clients.close()
    broker.close()
  })
  for (const { connections } of [clients.samples, clients.browsing]) {
    const connection = await connections.get({ host, port })
    for (const text of ['the first', 'the second'])
      expect(() => connection.emit('error', new Error(text))).not.toThrow()
    await connection.close()
  }
})
