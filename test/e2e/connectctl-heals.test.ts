import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it, onTestFailed } from 'vitest'
import { startConnectLab } from '../support/connect-lab.ts'
import type { ConnectLab } from '../support/connect-lab.ts'
import { eventually } from '../support/eventually.ts'
import { keep } from '../support/kept-lab.ts'
import type { KeptLab } from '../support/kept-lab.ts'
import { startOrderLoad } from '@outbox-cdc/test-support/load/order-load'
import { watchTopicOrders } from '../support/topic-orders.ts'
import type { TopicOrders } from '../support/topic-orders.ts'

// How often the crashes are repeated; CONNECTCTL_REPEAT=10 is the full run.
const repeat = Number(process.env['CONNECTCTL_REPEAT'] ?? 1)
const outagesSeconds = repeat > 1 ? [3, 30] : [3]
const figures: string[] = []

let lab: ConnectLab
let kept: KeptLab
let topic: TopicOrders

beforeAll(async () => {
  lab = await startConnectLab('connectctl-heals')
  await Promise.all(Array.from({ length: 500 }, () => lab.placeOrder()))
  await lab.apply()
  kept = await keep(lab)
  topic = await watchTopicOrders(lab.stack.kafka.brokers)
})

afterAll(async () => {
  console.log(figures.join('\n'))
  await topic?.stop()
  await kept?.keeper.stop()
  await lab?.close()
})

/** Resolves with the time from `since` until the first event came through. */
async function flowBackAfter(since: number, timeoutMs: number): Promise<number> {
  return eventually(
    () => {
      const first = topic.seen.find(({ at }) => at > since)
      if (first === undefined) throw new Error('nothing flows')
      return first.at - since
    },
    { timeoutMs }
  )
}

async function expectNothingLost(): Promise<void> {
  await eventually(
    async () => {
      const ids = topic.ids()
      const missing = (await lab.committedOrders()).filter(id => !ids.has(id))
      expect(missing).toEqual([])
    },
    { timeoutMs: 30_000, everyMs: 250 }
  )
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`
}

async function underLoad(work: () => Promise<void>): Promise<void> {
  onTestFailed(() => console.log(JSON.stringify([kept.log.slice(-20), kept.watched()], undefined, 1)))
  const load = startOrderLoad({ send: () => lab.placeOrder(), perSecond: 200, mostOpen: 50 })
  try {
    await sleep(1_000)
    await work()
  } finally {
    await load.stop()
  }
  await expectNothingLost()
}

describe('the first start', () => {
  it('delivers the orders that were accepted before the connector ever existed, once each', async () => {
    await expectNothingLost()
    expect(topic.seen.length).toBe(500)
  })

  it('delivers the orders that are accepted while the connector is deleted', async () => {
    await eventually(() => expect(kept.watched().state).toBe('flowing'))
    const before = topic.seen.length
    await lab.api.request('DELETE', `/connectors/${lab.file.name}`)
    await Promise.all(Array.from({ length: 500 }, () => lab.placeOrder()))
    await eventually(() => expect(kept.log.map(({ message }) => message)).toContain('applying its file again'))
    await expectNothingLost()
    expect(topic.seen.length).toBe(before + 500)
  })
})

describe('while 200 orders a second are placed', () => {
  for (const outage of outagesSeconds) {
    it(`goes on by itself after MySQL was killed and away for ${outage} s`, {
      timeout: repeat * (outage + 60) * 1000
    }, async () => {
      for (let round = 1; round <= repeat; round++)
        await underLoad(async () => {
          await lab.stack.part('mysql').kill()
          await sleep(outage * 1000)
          await lab.stack.part('mysql').start()
          const back = await flowBackAfter(Date.now(), 20_000)
          figures.push(`mysql away for ${outage} s, round ${round}: flow ${seconds(back)} after it answers`)
        })
    })
  }

  it('continues after the Connect worker was killed, and only says meanwhile that it is starting', {
    timeout: repeat * 120_000
  }, async () => {
    for (let round = 1; round <= repeat; round++)
      await underLoad(async () => {
        const killedAt = Date.now()
        const logged = kept.log.length
        await lab.stack.part('connect-1').kill()
        await sleep(500) // records that were already on the way to this consumer
        const silentSince = Date.now()
        await lab.stack.part('connect-1').start()
        await flowBackAfter(silentSince, 60_000)
        const back = (topic.seen.find(({ at }) => at > silentSince)?.at ?? 0) - killedAt
        figures.push(`connect killed, round ${round}: flow ${seconds(back)} after the kill`)
        const lines = kept.log.slice(logged)
        expect(lines.filter(({ level }) => level === 'error')).toEqual([])
        expect(lines.filter(({ fields }) => fields['reason'] === 'Kafka Connect is still starting')).toHaveLength(1)
        expect(JSON.stringify(lines)).not.toContain('does not exist')
      })
  })

  it('restarts a task that failed as soon as MySQL takes a probe again', { timeout: repeat * 90_000 }, async () => {
    for (let round = 1; round <= repeat; round++)
      await underLoad(async () => {
        await lab.stack.part('mysql').kill()
        await lab.api.request('POST', `/connectors/${lab.file.name}/restart?includeTasks=true`)
        await eventually(() => expect(kept.watched().state).toBe('failed'), { timeoutMs: 30_000 })
        await lab.stack.part('mysql').start()
        const back = await flowBackAfter(Date.now(), 20_000)
        figures.push(`failed task, round ${round}: flow ${seconds(back)} after MySQL answers`)
      })
  })

  it('is red while MySQL is frozen, and flows again when it thaws', { timeout: 120_000 }, async () => {
    await underLoad(async () => {
      const frozenAt = Date.now()
      await lab.stack.part('mysql').freeze()
      await eventually(async () => expect((await fetch(`${kept.url}/health`)).status).toBe(503), { timeoutMs: 20_000 })
      figures.push(`mysql frozen: red after ${seconds(Date.now() - frozenAt)}`)
      await lab.stack.part('mysql').thaw()
      figures.push(`mysql thawed: flow after ${seconds(await flowBackAfter(Date.now(), 60_000))}`)
    })
  })
})

it('leaves a paused connector alone', async () => {
  await lab.api.request('PUT', `/connectors/${lab.file.name}/pause`)
  await eventually(() => expect(kept.watched().state).toBe('paused'))
  const { actions } = kept.watched()
  await sleep(10_000) // longer than the silence after which it would restart
  expect(kept.watched().actions).toBe(actions)
  await lab.api.request('PUT', `/connectors/${lab.file.name}/resume`)
  await eventually(() => expect(kept.watched().state).toBe('flowing'), { timeoutMs: 30_000 })
})
