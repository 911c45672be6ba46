import { setTimeout as sleep } from 'node:timers/promises'
import { crash, freezeFor, killFor } from '../harness/break.ts'
import type { Bitten, Fault } from '../harness/fault.ts'
import type { Lab } from '../harness/lab.ts'

const usualMs = 10_000
const connectMs = 20_000

export const kills: readonly Fault[] = [
  {
    name: 'mysqld-killed',
    title: 'mysqld: kill -9',
    healWithinMs: usualMs,
    inject: lab => crash(lab, 'mysql')
  },
  {
    name: 'mysqld-away',
    title: 'mysqld: kill -9, back after 15 s (quick: 3 s)',
    healWithinMs: usualMs,
    inject: (lab, { quick }) => killFor(lab, 'mysql', quick ? 3_000 : 15_000)
  },
  {
    name: 'mysqld-frozen',
    title: 'mysqld: frozen for 90 s (quick: 5 s)',
    healWithinMs: usualMs,
    inject: (lab, { quick }) => freezeFor(lab, 'mysql', quick ? 5_000 : 90_000)
  },
  {
    name: 'connect-killed',
    title: 'Connect: kill -9, one worker',
    healWithinMs: connectMs,
    inject: crashConnect
  },
  {
    name: 'broker-killed',
    title: 'Kafka: kill -9 of the only broker',
    healWithinMs: 30_000,
    because:
      'Kafka takes the broker back only 4 s after it has started; where that lasts for longer than the consumers’ patience of 20 s, their former memberships have to expire',
    inject: lab => crash(lab, 'kafka-1')
  },
  {
    name: 'delivery-killed',
    title: 'delivery-service and a second consumer: kill -9 in mid-batch',
    healWithinMs: 15_000,
    because: 'a member that died without a word keeps its partitions until its session of 10 s is over',
    inject: lab => crash(lab, 'delivery-service', 'ledger')
  },
  {
    name: 'delivery-stopped',
    title: 'delivery-service: SIGTERM in mid-batch, started again at once',
    healWithinMs: usualMs,
    inject: restartDelivery
  },
  {
    name: 'order-killed',
    title: 'order-service: kill -9 five times under load (quick: twice)',
    healWithinMs: usualMs,
    inject: (lab, { quick }) => repeatedly(lab, quick ? 2 : 5, 'order-service')
  },
  {
    name: 'mysqld-killed-again-and-again',
    title: 'mysqld: kill -9 ten times in a row (quick: 3), delete store',
    healWithinMs: usualMs,
    inject: (lab, { quick }) => repeatedly(lab, quick ? 3 : 10, 'mysql')
  },
  {
    name: 'mysqld-and-connect-killed',
    title: 'mysqld and Connect: kill -9 at the same time',
    healWithinMs: connectMs,
    inject: lab => crash(lab, 'mysql', 'connect-1')
  },
  {
    name: 'worker-of-two-killed',
    title: 'Connect: kill -9 of the worker with the task, one of two',
    topology: { workers: 2 },
    healWithinMs: connectMs,
    inject: crashConnect
  },
  {
    name: 'broker-of-three-killed',
    title: 'Kafka: kill -9 of one broker of three, back after 60 s (quick: 8 s)',
    topology: { brokers: 3 },
    healWithinMs: 30_000,
    because: 'a broker counts as gone after 4 s, and a group whose coordinator it was has to find another one',
    inject: (lab, { quick }) => loseBroker(lab, quick ? 8_000 : 60_000)
  },
  {
    name: 'mysqld-killed-blackhole',
    title: 'mysqld: kill -9 ten times in a row (quick: 3), blackhole store',
    topology: { outboxStore: 'blackhole' },
    healWithinMs: usualMs,
    inject: (lab, { quick }) => repeatedly(lab, quick ? 3 : 10, 'mysql')
  }
]

async function crashConnect(lab: Lab) {
  const url = lab.pipeline.stack.connect.urls[0] ?? ''
  const answer = await fetch(`${url}/connectors/orders-connector/status`)
  const status = (await answer.json()) as { tasks: { worker_id: string }[] }
  const worker = status.tasks[0]?.worker_id ?? ''
  const index = lab.pipeline.stack.connect.urls.findIndex(candidate => candidate.endsWith(worker))
  return crash(lab, `connect-${index + 1}`)
}

/** The other two must go on without it: nobody waits for its return. */
async function loseBroker(lab: Lab, ms: number) {
  const lost = Date.now()
  const { bite } = await killFor(lab, 'kafka-2', ms)
  return { bite, causeOverAt: lost }
}

async function restartDelivery(lab: Lab) {
  const part = lab.part('delivery-service')
  const pid = part.pid()
  await part.stop()
  await part.start()
  return { bite: `delivery-service ${pid} stopped, ${part.pid()} started`, causeOverAt: Date.now() }
}

// Started again by the test: the supervisor waits longer each time for a part that keeps dying.
async function repeatedly(lab: Lab, times: number, name: string): Promise<Bitten> {
  const bites: (string | undefined)[] = []
  let causeOverAt = 0
  for (let round = 0; round < times; round++) {
    const bitten = await killFor(lab, name, 200)
    bites.push(bitten.bite)
    causeOverAt = bitten.causeOverAt
    await sleep(2_000)
  }
  return { bite: bites.join('; '), causeOverAt }
}
