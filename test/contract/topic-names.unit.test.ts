import { join } from 'node:path'
import { readConnectorFile } from '@outbox-cdc/connectctl'
import { hopsFile, root } from '@outbox-cdc/pipeline'
import { expect, it } from 'vitest'
import { combinations } from '../e2e/combinations/combinations.ts'
import { systemOf } from '../e2e/combinations/system.ts'

const servers = {
  MYSQL_HOST: 'h',
  MYSQL_PORT: '1',
  POSTGRES_HOST: 'h',
  POSTGRES_PORT: '2',
  KAFKA_BROKERS: 'k',
  CONNECT_SECRETS_DIR: '/s'
}

const nowhere = { databaseUrl: String, serviceUrl: String }

it.each(combinations)('gives everything the name of a topic that the description has: $name', async combination => {
  const named = async (topic: string) => {
    const system = systemOf([{ ...combination, topic }])
    const { json, variables } = system.connectors
    const { config } = await readConnectorFile(join(root, json[0] ?? ''), { ...servers, ...variables })
    const environments = system.services.map(({ name, env }) => [name, env])
    return { topics: system.topics, environments, console: hopsFile(system, nowhere), config }
  }
  const customers = await named('customerTopic')
  const places = JSON.stringify(customers).split('"customerTopic"').length - 1
  expect(places).toBeGreaterThanOrEqual(5) // topic, consumer, console, and twice in the connector
  const renamed = JSON.stringify(await named('clients')).replaceAll('"clients"', '"customerTopic"')
  expect(JSON.parse(renamed)).toEqual(customers)
  expect(JSON.stringify(customers)).not.toContain(combination.topic)
})
