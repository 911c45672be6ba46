import { expect, it } from 'vitest'
import { defineConnector } from './known-settings.ts'

it('takes settings, references and settings of named things', () => {
  const config = defineConnector({
    'connector.class': 'io.debezium.connector.mysql.MySqlConnector',
    'database.port': '${MYSQL_PORT}',
    'max.batch.size': 1,
    'snapshot.mode': 'configuration_based',
    'tombstones.on.delete': false,
    'transforms.unwrap.type': 'io.debezium.transforms.ExtractNewRecordState'
  })
  expect(config['max.batch.size']).toBe(1)
})

it('does not compile with a misspelt key, a wrong type or a mode that does not exist', () => {
  // @ts-expect-error it is called max.batch.size
  defineConnector({ 'max.batch.sise': 1 })
  // @ts-expect-error a number
  defineConnector({ 'poll.interval.ms': 'soon' })
  // @ts-expect-error one of the modes
  defineConnector({ 'snapshot.mode': 'sometimes' })
})
