import { setTimeout as sleep } from 'node:timers/promises'
import { crash, freezeFor, killFor } from '../harness/break.ts'
import type { Injected, Fault } from '../harness/fault.ts'
import type { Lab } from '../harness/lab.ts'

const usualMs = 10_000
const connectMs = 20_000

export const kills: readonly Fault[] = [
  {
    name: 'mysqld-killed',
    title: 'MySQL is killed',
    healWithinMs: usualMs,
    inject: lab => crash(lab, 'mysql')
  },
  {
    name: 'mysqld-away',
    title: 'MySQL is killed and stays away for 15 s (quick: 3 s)',
    healWithinMs: usualMs,
    inject: (lab, { quick }) => killFor(lab, 'mysql', quick ? 3_000 : 15_000)
  },
  {
    name: 'mysqld-frozen',
    title: 'MySQL is frozen for 90 s (quick: 5 s)',
    healWithinMs: usualMs,
    inject: (lab, { quick }) => freezeFor(lab, 'mysql', quick ? 5_000 : 90_000)
  },
  {
    name: 'connect-killed',
    title: 'The only Connect worker is killed',
    healWithinMs: connectMs,
    inject: crashBusyWorker
  },
  {
    name: 'broker-killed',
    title: 'The only Kafka broker is killed',
    healWithinMs: 30_000,
    because:
      'Kafka only lets a killed broker in again after 4 s; if the consumers have given up after 20 s by then, their old memberships have to expire first',
    inject: lab => crash(lab, 'kafka-1')
  },
  {
    name: 'delivery-killed',
    title: 'The delivery service and a second consumer are killed in the middle of a batch',
    healWithinMs: 15_000,
    because: 'the partitions of a killed consumer stay assigned to it until its session of 10 s ends',
    inject: lab => crash(lab, 'delivery-service', 'ledger')
  },
  {
    name: 'delivery-stopped',
    title: 'The delivery service gets SIGTERM in the middle of a batch and starts again at once',
    healWithinMs: usualMs,
    inject: restartDelivery
  },
  {
    name: 'order-killed',
    title: 'The order service is killed five times under load (quick: twice)',
    healWithinMs: usualMs,
    inject: (lab, { quick }) => killRepeatedly(lab, quick ? 2 : 5, 'order-service')
  },
  {
    name: 'mysqld-killed-again-and-again',
    title: 'MySQL is killed ten times in a row (quick: 3), store delete',
    healWithinMs: usualMs,
    inject: (lab, { quick }) => killRepeatedly(lab, quick ? 3 : 10, 'mysql')
  },
  {
    name: 'mysqld-and-connect-killed',
    title: 'MySQL and Connect are killed at the same time',
    healWithinMs: connectMs,
    inject: lab => crash(lab, 'mysql', 'connect-1')
  },
  {
    name: 'worker-of-two-killed',
    title: 'Of two Connect workers, the one with the task is killed',
    topology: { workers: 2 },
    healWithinMs: connectMs,
    inject: crashBusyWorker
  },
  {
    name: 'broker-of-three-killed',
    title: 'One Kafka broker of three is killed and stays away for 60 s (quick: 8 s)',
    topology: { brokers: 3 },
    healWithinMs: 30_000,
    because: 'a broker only counts as gone after 4 s, and a group whose coordinator it was has to find another one',
    inject: (lab, { quick }) => stopOneBroker(lab, quick ? 8_000 : 60_000)
  },
  {
    name: 'mysqld-killed-blackhole',
    title: 'MySQL is killed ten times in a row (quick: 3), store blackhole',
    topology: { outboxStore: 'blackhole' },
    healWithinMs: usualMs,
    inject: (lab, { quick }) => killRepeatedly(lab, quick ? 3 : 10, 'mysql')
  }
]

export async function crashBusyWorker(lab: Lab) {
  const url = lab.pipeline.stack.connect.urls[0] ?? ''
  const answer = await fetch(`${url}/connectors/orders-connector/status`)
  const status = (await answer.json()) as { tasks: { worker_id: string }[] }
  const worker = status.tasks[0]?.worker_id ?? ''
  const index = lab.pipeline.stack.connect.urls.findIndex(candidate => candidate.endsWith(worker))
  return crash(lab, `connect-${index + 1}`)
}

/** The cause is over at once, because the other two brokers must go on without it. */
async function stopOneBroker(lab: Lab, ms: number) {
  const lost = Date.now()
  const { observed } = await killFor(lab, 'kafka-2', ms)
  return { observed, causeOverAt: lost }
}

async function restartDelivery(lab: Lab) {
  const part = lab.part('delivery-service')
  const pid = part.pid()
  await part.stop()
  await part.start()
  return { observed: `delivery-service ${pid} stopped, ${part.pid()} started`, causeOverAt: Date.now() }
}

// The test restarts it: the supervisor would wait longer each time.
export async function killRepeatedly(lab: Lab, times: number, name: string): Promise<Injected> {
  const observations: (string | undefined)[] = []
  let causeOverAt = 0
  for (let round = 0; round < times; round++) {
    const injected = await killFor(lab, name, 200)
    observations.push(injected.observed)
    causeOverAt = injected.causeOverAt
    await sleep(2_000)
  }
  return { observed: observations.join('; '), causeOverAt }
}
