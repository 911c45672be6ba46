import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { type KafkaRight, groupSettings, workerRights } from '@outbox-cdc/stack'
import { kafkaRights } from './kafka-rights.ts'
import { loadSystem, root } from './load-system.ts'

const rights = kafkaRights(await loadSystem())

it('has the rights of docs/security.md', async () => {
  const document = await readFile(join(root, 'docs/security.md'), 'utf8')
  const documented = [...document.matchAll(/^\| `([\w-]+)` +\| (topic|group|cluster) `(\S+)` +\| ([A-Z_, ]+?) +\|$/gm)]
  const inDocument = documented.map(([, principal, on, name, may]) => `${principal}: ${on} ${name}: ${may}`)
  const connect = [...workerRights(groupSettings(1)), ...(rights.get('connect') ?? [])]
  expect(inDocument).toEqual([...new Map([...rights, ['connect', connect]])].flatMap(linesOf))
})

function linesOf([principal, given]: readonly [string, readonly KafkaRight[]]): readonly string[] {
  return given.map(({ on, name, may }) => `${principal}: ${on} ${name}: ${may.join(', ')}`)
}

it('lets a consumer read its own topics in its own group, and do nothing else', () => {
  expect(rights.get('delivery-service')).toEqual([
    { on: 'topic', name: 'orders_server.orders.outbox', may: ['READ'] },
    { on: 'group', name: 'delivery-service', may: ['READ'] }
  ])
  expect(rights.has('order-service')).toBe(false)
})
