import { eventually } from '@outbox-cdc/test-support/eventually'
import { useStack } from '@outbox-cdc/test-support/use-stack'
import { expect, it } from 'vitest'
import { withAdmin } from '../src/kafka/kafka.ts'
import { ownConnector, recordsOf } from './own-connector.ts'
import { printedConnectors } from './printed-connectors.ts'

it.each(await printedConnectors())('applies the connector in %s as it is printed', async (_page, json) => {
  const { connectctl, insertEvent, topic, name } = await ownConnector(json)
  await insertEvent(1)
  expect(await connectctl('validate')).toMatchObject({ code: 0, out: `✓ ${name}: nothing to say` })
  expect(await connectctl('apply')).toMatchObject({ code: 0 })
  const topics = () => withAdmin(useStack().kafka, admin => admin.listTopics())
  await eventually(async () => expect(await topics()).toContain(topic)) // recordsOf would create it
  const records = await recordsOf(topic)
  await eventually(() => expect(records).toHaveLength(1))
  expect(records[0]?.key).toMatchObject({ payload: { event_id: 1 } })
  expect(records[0]?.headers).toMatchObject({ message_id: expect.any(String) })
  // Its offset is stored a moment after it has read.
  await eventually(async () => expect((await connectctl('doctor')).out).not.toContain('✗'))
})
