import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { tempFolder } from '@outbox-cdc/test-support/temp-folder'
import { expect, it } from 'vitest'
import { readConnectorFile } from '../connector/connector-file.ts'
import { connectorClasses } from './engine.ts'

async function read(file: object, defaults: string) {
  const dir = await tempFolder('connectctl')
  await writeFile(join(dir, 'secured.properties'), defaults)
  await writeFile(join(dir, 'orders.json'), JSON.stringify(file))
  const environment = { CONNECT_DEFAULTS: join(dir, 'secured.properties'), DIR: '/run' }
  return (await readConnectorFile(join(dir, 'orders.json'), environment)).config
}

const defaults = `# what this cluster needs
! of every connector
database.ssl.mode=verify_identity
database.ssl.truststore = \${DIR}/trust.p12
database.sslmode=verify-full
schema.history.internal.producer.sasl.jaas.config=org.apache.kafka.ScramLoginModule required \\
    username="connect" password="\${dir:/run:connect}";
`

it('adds the settings of CONNECT_DEFAULTS that a file lacks and its database has', async () => {
  const mysql = { 'connector.class': connectorClasses.MySQL, 'database.ssl.mode': 'required' }
  expect(await read(mysql, defaults)).toEqual({
    ...mysql,
    'database.ssl.truststore': '/run/trust.p12',
    'schema.history.internal.producer.sasl.jaas.config':
      'org.apache.kafka.ScramLoginModule required username="connect" password="${dir:/run:connect}";'
  })
  const postgres = { 'connector.class': connectorClasses.PostgreSQL }
  expect(await read(postgres, defaults)).toEqual({ ...postgres, 'database.sslmode': 'verify-full' })
})

it('leaves a connector of another class as it is', async () => {
  const sink = { 'connector.class': 'io.confluent.connect.jdbc.JdbcSinkConnector' }
  expect(await read(sink, defaults)).toEqual(sink)
})

it('says which file it cannot read', async () => {
  const dir = await tempFolder('connectctl')
  await writeFile(join(dir, 'orders.json'), JSON.stringify({ 'connector.class': connectorClasses.MySQL }))
  const environment = { CONNECT_DEFAULTS: '/nowhere/secured.properties' }
  await expect(readConnectorFile(join(dir, 'orders.json'), environment)).rejects.toThrow(
    'Cannot read the file /nowhere/secured.properties of CONNECT_DEFAULTS (ENOENT)'
  )
})
