import { expect, it } from 'vitest'
import { ownConnector } from './own-connector.ts'

it('refuses a connector that writes topics which nothing creates, and says what the log of Connect says if it is sent', async () => {
  const { connectctl, configure, file, name } = await ownConnector()
  // Connect starts no connector that has settings of topics, but none for those in no group.
  const { config } = await file()
  const ofTopics = Object.keys(config).filter(key => key.startsWith('topic.creation.'))
  const without = Object.fromEntries(ofTopics.map(key => [key, undefined]))
  await configure({ ...without, 'include.schema.changes': 'true' })
  const missing = new RegExp(`so are the topics .*${name}`)
  for (const verb of ['validate', 'apply']) {
    const { code, out, err } = await connectctl(verb)
    expect({ code, said: out + err }).toEqual({ code: 1, said: expect.stringMatching(missing) })
  }
  const forced = await connectctl('--timeout', '10', 'apply', '--force')
  expect(forced).toMatchObject({
    code: 1,
    err: expect.stringMatching(
      /read nothing from the binlog within 10 s: .*\. Connect's log says: .*UNKNOWN_TOPIC_OR_PARTITION/
    )
  })
  const examined = await connectctl('doctor')
  expect(examined).toMatchObject({ code: 1, out: expect.stringContaining('✗ no topic ') })
  expect(examined.out).toMatch(/✗ Connect's log says: WARN .*UNKNOWN_TOPIC_OR_PARTITION/)
})

it('says why Connect cannot start a new connector, and leaves nothing behind', async () => {
  const { connectctl, configure, name } = await ownConnector()
  await configure({ 'topic.creation.default.partitions': undefined })
  const applied = await connectctl('apply', '--force')
  expect(applied).toMatchObject({
    code: 1,
    err: expect.stringContaining(`✗ ${name}: the connector failed: ConfigException: Missing required configuration`)
  })
  expect((await connectctl('status', name)).out).toContain('missing')
  await configure({})
  expect(await connectctl('apply')).toMatchObject({ code: 0 })
  await configure({ 'topic.creation.default.partitions': undefined })
  expect((await connectctl('apply', '--force')).err).toContain('the connector failed')
  for (const verb of ['pause', 'stop'])
    expect(await connectctl(verb, name)).toMatchObject({ code: 1, err: expect.stringContaining('connector failed') })
})

it('examines the tables that a connector captures, and the grants for its locks', async () => {
  const { connectctl, configure, database } = await ownConnector()
  const healthy = await connectctl('doctor')
  expect(healthy.out).toContain(`✓ captures ${database}.outbox`)
  expect(healthy.out).not.toContain('RELOAD')
  expect(healthy.out).toContain(
    `✗ no topic schema_changes.${database} yet: the connector has never run: connectctl apply`
  )
  await configure({ 'table.include.list': 'walet.outbox', 'snapshot.locking.mode': undefined })
  const examined = await connectctl('doctor')
  expect(examined).toMatchObject({
    code: 1,
    out: expect.stringContaining('✗ captures walet.outbox that does not exist')
  })
  expect(examined.out).toContain('✗ grants RELOAD and LOCK TABLES')
})
