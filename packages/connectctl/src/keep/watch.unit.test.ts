import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import type { ConnectApi } from '../connect/connect-api.ts'
import { sourceOf } from '../connector/source-of.ts'
import type { Trouble } from '../source/source.ts'
import type { Probe } from './probe.ts'
import { createWatch } from './watch.ts'

const config = { 'snapshot.mode': 'configuration_based' }

/** A keeper's watch over the connector `shop`, with a Connect and a probe that say what the test wants. */
function watchOver() {
  let task: object = { state: 'RUNNING' }
  let live: object = config
  let sentAt = Date.now()
  let trouble: Trouble | undefined
  const sent: string[] = []
  const logged: string[] = []
  const request = async <T>(method: string, path: string): Promise<T> => {
    if (method !== 'GET') sent.push(`${method} ${path}`)
    if (path.endsWith('/config')) return live as T
    const [connector, tasks] = [{ state: 'RUNNING', worker_id: 'w' }, [{ id: 0, worker_id: 'w', ...task }]]
    return { name: 'shop', connector, tasks } as T
  }
  const api: ConnectApi = { url: '', request }
  const probe: Probe = {
    sourceSince: () => Date.now() - 60_000,
    kafkaSince: () => Date.now() - 60_000,
    kafkaObstacle: () => undefined,
    obstacle: () => undefined,
    last: () => ({ sentAt, arrivedAt: sentAt }),
    stop: () => Promise.resolve([undefined, undefined])
  }
  const log = (level: string) => (_fields: object, message: string) => void logged.push(`${level}: ${message}`)
  const watch = createWatch({
    api,
    file: { name: 'shop', config },
    probe,
    redAfterMs: 5_000,
    source: { ...sourceOf({}, {}), refineCause: cause => Promise.resolve(cause) },
    sighting: () => ({ trouble, figures: {} }),
    outsideCause: () => Promise.resolve(undefined),
    log: { info: log('info'), warn: log('warn'), error: log('error') },
    onAction: () => undefined
  })
  return {
    sent,
    logged,
    tick: watch.tick,
    fails: (trace: string) => (task = { state: 'FAILED', trace }),
    sees: (seen: Trouble | undefined) => (trouble = seen),
    runs: () => (task = { state: 'RUNNING' }),
    lives: (settings: object) => (live = { ...config, ...settings }),
    arrives: async () => {
      await sleep(5)
      sentAt = Date.now()
    }
  }
}

it('names a cause once while each attempt fails, also if an old probe is still young', async () => {
  const { fails, runs, arrives, tick, logged } = watchOver()
  for (let attempt = 0; attempt < 3; attempt++) {
    fails('io.debezium.DebeziumException: bogus data in log event')
    await tick()
    runs()
    await tick()
  }
  expect(logged.filter(line => line.startsWith('error'))).toHaveLength(1)
  await arrives()
  await tick()
  expect(logged.at(-1)).toBe('info: the cause is gone, events flow again')
})

it('restarts a failed task, but not while an apply runs it in recovery mode', async () => {
  const { fails, lives, tick, sent } = watchOver()
  fails('io.debezium.DebeziumException: Communications link failure')
  lives({ 'snapshot.mode': 'recovery' })
  await tick()
  expect(sent).toEqual([])
  lives({})
  await tick()
  expect(sent).toEqual(['POST /connectors/shop/restart?includeTasks=true'])
})

it('restarts nothing while the slot is lost, and says so as long as it is', async () => {
  const { fails, sees, tick, sent, logged } = watchOver()
  sees({ cause: 'slot_lost', summary: 'the slot does not exist', isLoss: true })
  fails('io.debezium.DebeziumException: Communications link failure')
  await tick()
  expect(sent).toEqual([])
  expect(logged).toContain('error: a restart cannot fix this: the slot does not exist. See docs/runbook.md#slot-lost')
  sees(undefined)
  await tick()
  expect(sent).toEqual(['POST /connectors/shop/restart?includeTasks=true'])
})
