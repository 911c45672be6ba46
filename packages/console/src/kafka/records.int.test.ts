import { describe, expect, it } from 'vitest'
import { useConsoleBench } from '../testing/console-bench.ts'

type Page = {
  items: { partition: number; offset: number; key: string; value: unknown; cut: boolean }[]
  older: string | null
  newer: string
}

const many = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ eventId: index + 1, payload: { n: index + 1 } }))

describe('the records of a topic', () => {
  it('are paged newest first, each exactly once', async () => {
    const bench = await useConsoleBench()
    await bench.produce(many(100))
    const seen: string[] = []
    for (let older: string | null = ''; older !== null; ) {
      const { body } = await bench.get(`/api/topics/${bench.topic}/records?limit=7${older && `&before=${older}`}`)
      const page: Page = body
      expect(page.items.length).toBeLessThanOrEqual(7)
      seen.push(...page.items.map(({ partition, offset }) => `${partition}:${offset}`))
      older = page.older
    }
    expect(new Set(seen).size).toBe(100)
    expect(seen).toHaveLength(100)
  })

  it('arrive after a cursor as they are written', async () => {
    const bench = await useConsoleBench()
    const path = `/api/topics/${bench.topic}/records`
    const { newer } = (await bench.get(path)).body as Page
    await bench.produce(many(3))
    const { items } = (await bench.get(`${path}?after=${newer}`)).body as Page
    expect(items.map(({ key }) => key).sort()).toEqual(['1', '2', '3'])
  })

  it('are shown cut when they are huge, and as they are when they are not JSON', async () => {
    const bench = await useConsoleBench()
    await bench.produce([
      { eventId: 1, value: 'x'.repeat(900_000) },
      { eventId: 2, value: 'plain' }
    ])
    const { body, text } = await bench.get(`/api/topics/${bench.topic}/records`)
    const { items } = body as Page
    expect(items.filter(({ cut }) => cut)).toHaveLength(1)
    expect(items.find(({ cut }) => !cut)?.value).toBe('plain')
    expect(text.length).toBeLessThan(200_000)
  })

  it('are shown from a time on and after a cursor, however large they are', async () => {
    const bench = await useConsoleBench()
    const huge = Array.from({ length: 12 }, (_, index) => ({ eventId: index + 1, value: 'x'.repeat(900_000) }))
    for (const one of huge) await bench.produce([one])
    const path = `/api/topics/${bench.topic}/records?limit=30`
    const fromTime = (await bench.get(`${path}&at=${Date.now() - 60_000}`)).body as Page
    expect(fromTime.items.length).toBeGreaterThan(0)
    const after = (await bench.get(`${path}&after=0:0,1:0,2:0`)).body as Page
    expect(after.items.length).toBeGreaterThan(0)
    expect(after.items[0]?.key).toBe('12')
  })

  it('are found by text, key and event, with progress', async () => {
    const bench = await useConsoleBench()
    await bench.produce([...many(60), { eventId: 61, event: 'order_cancelled', payload: { name: 'needle' } }])
    const search = async (query: string) => {
      const { text } = await bench.get(`/api/topics/${bench.topic}/search?${query}`)
      const events = [...text.matchAll(/^event: (\w+)\ndata: (.*)$/gm)].map(([, name, data]) => ({
        name,
        data: JSON.parse(data ?? '')
      }))
      const end = events.find(({ name }) => name === 'end')?.data
      return { keys: events.filter(({ name }) => name === 'hit').map(({ data }) => data.key), end }
    }
    expect(await search('text=NEEDLE')).toMatchObject({
      keys: ['61'],
      end: { scanned: 61, of: 61, why: 'all was searched' }
    })
    expect((await search(`text=${encodeURIComponent('"name":"needle"')}`)).keys).toEqual(['61'])
    expect((await search('key=17')).keys).toEqual(['17'])
    expect((await search('event=order_cancelled')).keys).toEqual(['61'])
    expect((await search('text=nowhere')).keys).toEqual([])
  })
})

describe('a search with very many hits', () => {
  it('reports the newest hundred hits, and continues from there without a gap or a repetition', async () => {
    const bench = await useConsoleBench()
    await bench.produce(many(350))
    const keys: string[] = []
    for (let before = ''; ; ) {
      const { text } = await bench.get(`/api/topics/${bench.topic}/search?text=order_created${before}`)
      keys.push(...[...text.matchAll(/^event: hit\ndata: (.*)$/gm)].map(([, data]) => JSON.parse(data ?? '').key))
      const end = JSON.parse(/^event: end\ndata: (.*)$/m.exec(text)?.[1] ?? '')
      if (end.why === 'all was searched') break
      expect(end.why).toBe('enough was found')
      before = `&before=${end.before}`
    }
    expect(keys).toHaveLength(350)
    expect(new Set(keys).size).toBe(350)
  })
})

describe('an order’s record', () => {
  it('is found in the middle of a long topic by the time of its commit', async () => {
    const bench = await useConsoleBench()
    const began = Date.now() - 3_600_000
    const at = (index: number) => new Date(began + index * 1_000).toISOString()
    const records = Array.from({ length: 3_000 }, (_, index) => ({
      eventId: index + 1,
      value: JSON.stringify({
        id: index + 1,
        event: 'order_created',
        event_id: index + 1,
        payload: '{}',
        created_at: at(index)
      })
    }))
    for (let from = 0; from < records.length; from += 100) await bench.produce(records.slice(from, from + 100))
    await bench.orders
      .db('customer_order')
      .insert({ id: 1_234, name: 'joon', quantity: 95, created_at: new Date(at(1_233)) })
    const { body } = await bench.get('/api/orders/1234')
    expect(body).toMatchObject({ found: true, finished: false, record: { key: '1234' } })
    const { stages } = body as { stages: { id: string; state: string }[] }
    expect(stages.map(({ state }) => state)).toEqual(['done', 'done', 'done', 'waiting', 'waiting'])
  })

  it('is shown as waiting until Debezium has written it', async () => {
    const bench = await useConsoleBench()
    const [id] = await bench.orders.db('customer_order').insert({ name: 'joon', quantity: 95 })
    const { body } = await bench.get(`/api/orders/${id}`)
    const { stages } = body as { stages: { id: string; words: string }[] }
    expect(stages.find(stage => stage.id === 'kafka')?.words).toMatch(/^waits for Debezium, for /)
  })
})
