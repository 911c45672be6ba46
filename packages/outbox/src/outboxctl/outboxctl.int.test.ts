import { describe, expect, it, onTestFinished } from 'vitest'
import { eventually } from '@outbox-cdc/test-support/eventually'
import { useDatabase, useStack } from '@outbox-cdc/test-support/use-stack'
import { pemFile } from '../../test/certificates.ts'
import { useConsumerBench } from '../../test/consumer-bench.ts'
import { databaseUrl, outboxctl } from '../../test/run-outboxctl.ts'

describe('outboxctl parked', () => {
  it('lists, shows, retries and skips', async () => {
    const { bench, url } = await useParked()
    const ctl = (...args: string[]) => outboxctl(['parked', ...args], { OUTBOX_DB_URL: url, USER: 'ann' })

    expect(await ctl('list')).toMatchObject({
      code: 1,
      out: expect.stringMatching(/group_\w+ +thing\/2 +REFUSED +3 +1 /)
    })
    expect(JSON.parse((await ctl('list', '--json')).out)).toMatchObject([{ key: 'thing/2', waiting: 3 }])
    const shown = await ctl('show', 'thing/2')
    expect(shown.out).toMatch(/waiting · REFUSED · counted · message /)
    expect(shown.out).toMatch(/Error: not this one\n\s+at /)
    expect(await ctl('show', 'thing/77')).toMatchObject({
      code: 1,
      notes: expect.stringContaining('Nothing is or was parked')
    })

    expect(await ctl('retry', 'thing/2')).toMatchObject({ code: 0, out: expect.stringContaining('1 key') })
    await eventually(async () => expect(JSON.parse((await ctl('show', 'thing/2', '--json')).out)[0].attempts).toBe(2))
    expect((await ctl('list')).out).toMatch(/group_\w+ +thing\/2 +REFUSED +3 +2 /)
    expect(await ctl('retry', 'thing/77')).toMatchObject({ code: 1 })
    expect(await ctl('retry')).toMatchObject({ code: 2, notes: expect.stringContaining('either a key or --all') })

    expect(await ctl('skip', 'thing/2', '--because', 'a test order')).toMatchObject({
      code: 2,
      notes: expect.stringContaining('--yes')
    })
    expect(await bench.effects()).toHaveLength(4)
    expect(await ctl('skip', 'thing/2', '--because', 'a test order', '--yes')).toMatchObject({ code: 0 })
    await eventually(async () => expect(await bench.effects()).toHaveLength(6))
    await eventually(async () => expect(await ctl('list')).toMatchObject({ code: 0, notes: 'Nothing is parked.' }))
    expect((await ctl('show', 'thing/2')).out).toMatch(
      /skipped · .*\n.*\n +attempts 2 · skipped 20.*Z\n +skipped by ann: a test order/
    )
  })

  it('says in one sentence that a database has no inbox tables', async () => {
    const { url } = await useDatabase('empty')
    for (const command of [['list'], ['show', 'thing/1'], ['retry', '--all']]) {
      const { code, notes } = await outboxctl(['parked', ...command], { OUTBOX_DB_URL: url })
      expect({ code, notes }).toEqual({
        code: 2,
        notes: expect.stringMatching(/^✗ The table inbox is missing in .*createInboxTables/)
      })
      expect(notes).not.toMatch(/select/i)
    }
  })

  it('reaches an account of MySQL that demands TLS, and says in one sentence what is refused', async () => {
    const { db, name } = await useDatabase('tls')
    const { host, port } = useStack().mysql
    await db.raw(`CREATE USER ${name}@'%' IDENTIFIED BY 'pw' REQUIRE SSL`)
    onTestFinished(() => db.raw(`DROP USER ${name}@'%'`).then(() => undefined))
    await db.raw(`GRANT SELECT ON ${name}.* TO ${name}@'%'`)
    const at = `${host}:${port}`
    const notesOf = async (password: string, parameters: string) => {
      const url = `mysql://${name}:\${env:PASSWORD}@${at}/${name}${parameters}`
      return (await outboxctl(['parked', 'list'], { OUTBOX_DB_URL: url, PASSWORD: password })).notes
    }
    expect(await notesOf('pw', '?ssl-mode=REQUIRED')).toContain('The table inbox is missing')
    const refused = `✗ MySQL at ${at} refuses '${name}'@`
    expect(await notesOf('pw', '')).toContain(refused)
    expect(await notesOf('wrong', '?ssl-mode=REQUIRED')).toContain(refused)
    expect(await notesOf('pw', `?ssl-mode=VERIFY_CA&ssl-ca=${pemFile('ca')}`)).toBe(
      `✗ The certificate of MySQL at ${at} is not signed by an authority that this process knows: name it with ssl-ca in the URL or NODE_EXTRA_CA_CERTS.`
    )
  })

  it('names what is missing, and never prints the password', async () => {
    expect(await outboxctl(['parked', 'list'], {})).toMatchObject({
      code: 2,
      notes: expect.stringContaining('OUTBOX_DB_URL')
    })
    for (const url of ['mysql://me:geheim@127.0.0.1:1/x', 'mysql//me:geheim@x', 'http://me:geheim@x/']) {
      const { code, notes } = await outboxctl(['parked', 'list'], { OUTBOX_DB_URL: url })
      expect(code).toBe(2)
      expect(notes).toMatch(/./)
      expect(notes).not.toContain('geheim')
    }
  })
})

describe('outboxctl audit', () => {
  it('asks for what it compares, by the names of its options', async () => {
    const databases = ['--source', 'mysql://x/y', '--target', 'mysql://x/y']
    const notesOf = async (...args: string[]) =>
      (await outboxctl(['audit', ...databases, ...args], { KAFKA_BROKERS: 'x:1' })).notes
    expect(await notesOf()).toContain('Name it with --topic')
    const what = ['--topic', 't', '--event', 'e']
    expect(await notesOf(...what)).toContain('--committed "customer_order(id,created_at)"')
    expect(await notesOf(...what, '--committed', 'thing')).toContain('--committed is not TABLE(ID,TIME[,ZONE])')
    expect(await notesOf(...what, '--committed', 'thing(id, at)')).toContain('--effects "delivery')
  })

  it('claims nothing for a time in which nothing was committed', async () => {
    const bench = await useConsumerBench()
    await bench.db.raw('CREATE TABLE thing (id BIGINT PRIMARY KEY, at TIMESTAMP(6) DEFAULT CURRENT_TIMESTAMP(6))')
    const url = await databaseUrl(bench.db)
    const databases = ['--source', url, '--target', url, '--topic', bench.topic, '--event', 'counted']
    const at = { KAFKA_BROKERS: useStack().kafka.brokers.join(',') }
    const { code, out, notes } = await outboxctl(['audit', ...databases, ...sqls, '--committed', 'thing(id,at)'], at)
    expect({ code, notes }).toMatchObject({ code: 0 })
    expect(out).toContain('nothing was committed in this time, so nothing was compared')
    expect(out).not.toContain('✓')
  })

  it('finds planted losses, doubles and invented events, and nothing else', async () => {
    const bench = await useConsumerBench()
    const { db: source, url } = await useDatabase('audit')
    await source.raw('CREATE TABLE thing (id BIGINT PRIMARY KEY, created_at TIMESTAMP(6) DEFAULT CURRENT_TIMESTAMP(6))')
    const ids = Array.from({ length: 300 }, (_, index) => index + 1)
    await source('thing').insert(ids.filter(id => id !== 250).map(id => ({ id })))
    const events = bench.events({ keys: 300, perKey: 1 }).filter(({ aggregateId }) => aggregateId !== 17)
    await bench.produce(events)
    await bench.produce(events.slice(0, 20))
    await bench.consumer().start()
    await eventually(async () => expect((await bench.effects()).length).toBeGreaterThanOrEqual(299))
    const target = await databaseUrl(bench.db)
    // Not now: an effect of this very millisecond would be outside.
    const until = new Date(Date.now() + 60_000).toISOString()
    const what = ['--topic', bench.topic, '--event', 'counted']
    const audit = (...more: string[]) =>
      outboxctl(
        ['audit', '--source', url, '--target', target, ...what, '--since', '1h', '--until', until, ...sqls, ...more],
        { KAFKA_BROKERS: useStack().kafka.brokers.join(',') }
      )
    const planted = ['missing in topic 17', 'nothing committed 250']
    expect(await findingsOf(audit)).toEqual(planted)

    await source.raw('ALTER TABLE thing ADD local_at DATETIME(6)')
    await source.raw(`UPDATE thing SET local_at = CONVERT_TZ(created_at, @@session.time_zone, '+09:00')`)
    expect(await findingsOf(() => audit('--json', '--committed', 'thing(id,local_at,+09:00)'))).toEqual(planted)
    expect(await audit('--committed', 'thing(id,local_at)')).toMatchObject({
      code: 2,
      notes: expect.stringContaining("The times of --committed are ahead of the clock: they aren't in UTC")
    })

    for (const [time, shown] of [
      ['NULL', 'null'],
      ["'soon'", 'soon']
    ])
      expect(
        await audit('--effects-sql', `SELECT 7 AS aggregate_id, ${time} AS at FROM effect WHERE at >= :since`)
      ).toMatchObject({
        code: 2,
        notes: expect.stringContaining(`✗ The row of "7" from --effects-sql has no time: at is ${shown}.`)
      })

    await bench.db('effect').where({ event_key: 42 }).delete()
    await bench.db('effect').insert([
      { event_key: 9, n: 1 },
      { event_key: 888, n: 1 }
    ])
    expect(await findingsOf(audit)).toEqual(
      [...planted, 'missing effect 42', 'effect without event 888', 'duplicate effect 9'].sort()
    )
    const { code, out } = await audit()
    expect(code).toBe(1)
    expect(out).toContain('299 events')
    expect(out).toMatch(/✗ {2}missing effect +thing\/42 +counted at \d@\d+ took no effect/)
  })
})

const sqls = [
  '--committed',
  'thing(id,created_at)',
  '--effects-sql',
  'SELECT event_key AS aggregate_id, at FROM effect WHERE at >= :since ORDER BY seq'
]

async function findingsOf(audit: (...args: string[]) => ReturnType<typeof outboxctl>): Promise<string[]> {
  const { findings } = JSON.parse((await audit('--json')).out)
  return findings.map(({ kind, id }: { kind: string; id: string }) => `${kind} ${id}`).sort()
}

async function useParked() {
  const bench = await useConsumerBench()
  bench.refuse.add('2:2')
  await bench.produce(bench.events({ keys: 1, perKey: 3 }))
  await bench.produce(bench.events({ keys: 2, perKey: 4 }).filter(({ aggregateId }) => aggregateId === 2))
  await bench.consumer({ retryParkedEveryMs: 50 }).start()
  await eventually(async () => expect(await bench.effects()).toHaveLength(4))
  await eventually(async () => expect(await bench.parked()).toHaveLength(3))
  return { bench, url: await databaseUrl(bench.db) }
}
