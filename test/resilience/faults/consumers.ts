import { setTimeout as sleep } from 'node:timers/promises'
import { freezeFor } from '../harness/break.ts'
import type { Fault } from '../harness/fault.ts'
import type { Lab, Replica } from '../harness/lab.ts'

export const consumers: readonly Fault[] = [
  {
    name: 'rebalance-storm',
    title: 'delivery-service: a second one comes and goes every 5 s for 2 minutes (quick: once)',
    healWithinMs: 10_000,
    inject: (lab, { quick }) => rebalance(lab, quick ? 1 : 12)
  },
  {
    name: 'zombie-consumer',
    title: 'delivery-service: one of two frozen in mid-batch for 45 s (quick: 12 s), past its session; then it wakes',
    healWithinMs: 10_000,
    leastWaitMs: 5_000,
    async prepare(lab) {
      held.set(lab, await lab.startReplica('delivery-service'))
    },
    inject: (lab, { quick }) => freezeFor(lab, 'delivery-service', quick ? 12_000 : 45_000),
    cleanup: stopHeld
  },
  {
    name: 'rolling-restart-delivery',
    title: 'delivery-service: three, each stopped by SIGTERM and started again in turn',
    healWithinMs: 10_000,
    inject: rollDeliveries
  }
]

const held = new WeakMap<Lab, Replica>()

async function stopHeld(lab: Lab): Promise<void> {
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
  return { bite: `a second member came and went ${pids.length} times`, causeOverAt: Date.now() }
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
  return { bite: 'three members restarted in turn', causeOverAt }
}
