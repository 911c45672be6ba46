import { randomInt } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { type AuditInput, compare, type Effect, type TopicEvent } from './compare.ts'

const second = 1_000
const from = Date.parse('2026-01-01T00:00:00Z')
const to = from + 3_600 * second

/** 200 orders that went round without a fault, with two versions each. */
function sound(): { committed: { id: string; at: number }[]; events: TopicEvent[]; effects: Effect[] } {
  const ids = Array.from({ length: 200 }, (_, index) => String(index + 1))
  const at = (index: number) => from + index * second
  const event = (name: string, version: number) => (id: string, index: number) => ({
    aggregate: 'order',
    aggregateId: id,
    name,
    version,
    messageId: `${name}-${id}`,
    at: at(index) + version,
    place: `0@${index}`
  })
  return {
    committed: ids.map((id, index) => ({ id, at: at(index) })),
    events: [...ids.map(event('order_created', 1)), ...ids.map(event('order_approved', 2))],
    effects: ids.map((id, index) => ({ id, at: at(index) + 50 }))
  }
}

const around = {
  parked: new Set<string>(),
  skipped: new Set<string>(),
  unreadable: 0,
  from,
  to,
  causes: ['order_created']
}

function audit(data: Partial<AuditInput>) {
  const { findings } = compare({ ...sound(), ...around, ...data })
  return findings.map(({ kind, id }) => `${kind} ${id}`)
}

const without = <T>(list: readonly T[], ...indexes: readonly number[]) => list.filter((_, at) => !indexes.includes(at))

describe('the audit', () => {
  it('finds nothing where nothing is wrong, and says what it looked at', () => {
    const { findings, counts } = compare({ ...sound(), ...around, unreadable: 3 })
    expect(findings).toEqual([])
    expect(counts).toEqual({
      committed: 200,
      events: 400,
      effects: 200,
      parked: 0,
      skipped: 0,
      redelivered: 0,
      unreadable: 3
    })
  })

  it('finds each event that never reached the topic', () => {
    const { events, effects } = sound()
    const [one, two] = [randomInt(0, 100), randomInt(100, 200)]
    expect(audit({ events: without(events, one, two), effects: without(effects, one, two) })).toEqual([
      `missing in topic ${one + 1}`,
      `missing in topic ${two + 1}`
    ])
  })

  it('finds each event that took no effect, unless it is parked or was skipped', () => {
    const effects = without(sound().effects, 4, 9)
    expect(audit({ effects })).toEqual(['missing effect 5', 'missing effect 10'])
    expect(audit({ effects, parked: new Set(['customer/5', 'order/9', 'order/10']) })).toEqual(['missing effect 5'])
    expect(audit({ effects, parked: new Set(['order/5']) })).toEqual(['missing effect 10'])
    expect(audit({ effects, parked: new Set(['order/5']), skipped: new Set(['order/10']) })).toEqual([])
  })

  it('finds an event of an order that was never committed', () => {
    expect(audit({ committed: without(sound().committed, 6) })).toEqual(['nothing committed 7'])
  })

  it('finds an effect that no event explains', () => {
    const effects = [...sound().effects, { id: '777', at: from + second }]
    expect(audit({ effects })).toEqual(['effect without event 777'])
  })

  it('finds a doubled effect, and a doubled event under another message id', () => {
    const { events, effects } = sound()
    const doubled = { ...events[2]!, messageId: 'another', place: '0@999' }
    expect(audit({ effects: [...effects, effects[11]!] })).toEqual(['duplicate effect 12'])
    expect(audit({ events: [...events, doubled] })).toEqual(['duplicate event 3'])
  })

  it('finds nothing in events that recur for one aggregate, with and without versions', () => {
    const transfers = Array.from({ length: 217 }, (_, index) => ({ id: 'account', at: from + index * second }))
    const of = (version: (index: number) => number | undefined) =>
      transfers.map(({ id, at }, index) => ({
        aggregateId: id,
        name: 'order_created',
        messageId: `transfer-${index}`,
        version: version(index),
        at,
        place: `0@${index}`
      }))
    const healthy = { committed: transfers, effects: transfers, events: of(index => index + 1) }
    expect(audit(healthy)).toEqual([])
    expect(audit({ ...healthy, events: of(() => undefined) })).toEqual([])
    expect(audit({ ...healthy, committed: transfers.slice(0, 1), effects: transfers.slice(0, 1) })).toEqual([])
    expect(audit({ ...healthy, events: of(() => undefined).slice(1) })).toEqual([
      'missing in topic account',
      'duplicate effect account'
    ])
    expect(audit({ ...healthy, effects: [...transfers, transfers[3]!] })).toEqual(['duplicate effect account'])
  })

  it('takes a record that Connect sent again for what it is', () => {
    const { events } = sound()
    expect(audit({ events: [...events, ...events.slice(-50)] })).toEqual([])
  })

  it('finds swapped events and a hole in the versions', () => {
    const { events } = sound()
    const swapped = [events[205]!, ...without(events, 205)]
    expect(audit({ events: swapped })).toEqual(['reordered in topic 6'])
    const holed = events.map((event, at) => (at === 203 ? { ...event, version: 3 } : event))
    expect(audit({ events: holed })).toEqual(['version gap 4'])
  })

  it('finds swapped, doubled and lost effects where effects carry versions', () => {
    const versions = (id: string, ...list: number[]) => list.map((version, at) => ({ id, version, at: from + at }))
    const effects = sound().effects.flatMap(({ id }) => versions(id, 1, 2))
    expect(audit({ effects })).toEqual([])
    const wrong = [...versions('1', 2, 1), ...versions('2', 1, 1, 2), ...versions('3', 1, 3)]
    expect(audit({ effects: [...wrong, ...effects.slice(6)] })).toEqual([
      'reordered effect 1',
      'duplicate effect 2',
      'version gap 3'
    ])
  })

  it('tells aggregates with the same id apart, and names the key of each', () => {
    const { events } = sound()
    const customers = [1, 2].map(version => {
      const about = { aggregate: 'customer', aggregateId: '7', name: 'customer_moved', place: '0@9' }
      return { ...about, version, messageId: `moved-${version}`, at: from + version }
    })
    expect(audit({ events: [...events, ...customers] })).toEqual([])
    const { findings } = compare({ ...sound(), ...around, events: [...events, ...customers.toReversed()] })
    expect(findings).toMatchObject([{ kind: 'reordered in topic', id: '7', key: 'customer/7' }])
  })

  it('believes that a record which cannot be read is parked', () => {
    const { events, effects } = sound()
    const parked = new Set(['order/3', 'raw:0123'])
    expect(audit({ events: without(events, 2), effects: without(effects, 2), parked })).toEqual([])
    const none = { committed: [{ id: '3', at: from }], events: [], effects: [] }
    expect(audit({ ...none, parked })).toEqual([])
    expect(audit(none)).toEqual(['missing in topic 3'])
  })

  it('asks only for what lies inside of the window', () => {
    const { committed, effects } = sound()
    expect(audit({ committed: [...committed, { id: '900', at: to + second }] })).toEqual([])
    expect(audit({ effects: effects.map(effect => ({ ...effect, at: to + second })) })).toEqual([])
  })
})
