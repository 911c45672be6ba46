import { setTimeout as sleep } from 'node:timers/promises'
import { freezeFor } from '../harness/break.ts'
import type { Fault } from '../harness/fault.ts'
import type { Lab, Replica } from '../harness/lab.ts'

export const consumers: readonly Fault[] = [
  {
    name: 'rebalance-storm',
    title: 'A second delivery service comes and goes every 5 s for 2 minutes (quick: once)',
    healWithinMs: 10_000,
    inject: (lab, { quick }) => rebalance(lab, quick ? 1 : 12)
  },
  {
    name: 'zombie-consumer',
    title:
      'One of two delivery services is frozen in the middle of a batch for 45 s (quick: 12 s), longer than its session, and then wakes',
    healWithinMs: 10_000,
    leastWaitMs: 5_000,
    async prepare(lab) {
      held.set(lab, await lab.startReplica('delivery-service'))
    },
    inject: (lab, { quick }) => freezeFor(lab, 'delivery-service', quick ? 12_000 : 45_000),
    cleanup: stopSecond
  },
  {
    name: 'rolling-restart-delivery',
    title: 'Three delivery services are restarted in turn with SIGTERM',
    healWithinMs: 10_000,
    inject: rollDeliveries
  }
]

const held = new WeakMap<Lab, Replica>()

async function stopSecond(lab: Lab): Promise<void> {
  await held.get(lab)?.stop()
}

async function rebalance(lab: Lab, rounds: number) {
  const pids: (number | undefined)[] = []
  const replica = await lab.startReplica('delivery-service')
  for (let round = 0; round < rounds; round++) {
    await replica.start()
    pids.push(replica.pid())
    await sleep(5_000)
    await replica.stop()
    await sleep(5_000)
  }
  return { observed: `a second member came and went ${pids.length} times`, causeOverAt: Date.now() }
}

async function rollDeliveries(lab: Lab) {
  const others = await Promise.all([lab.startReplica('delivery-service'), lab.startReplica('delivery-service')])
  await sleep(5_000)
  for (const member of [lab.part('delivery-service'), ...others]) {
    await member.stop()
    await member.start()
    await sleep(2_000)
  }
  const causeOverAt = Date.now()
  await Promise.all(others.map(member => member.stop()))
  return { observed: 'three members restarted in turn', causeOverAt }
}
