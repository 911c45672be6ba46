import { setTimeout as sleep } from 'node:timers/promises'
import { Kafka, logLevel } from 'kafkajs'
import { ensureTopics } from '@outbox-cdc/pipeline'
import { eventually } from '../../support/eventually.ts'
import { runConnectctl } from '../harness/break.ts'
import type { Injected, Fault, FaultOptions } from '../harness/fault.ts'
import type { Lab } from '../harness/lab.ts'
import { countUnderWay } from '../oracle/collect-evidence.ts'

const connector = 'orders-connector'

/** Orders are accepted with or without a connector, and all of them must be delivered. */
export const absent: readonly Fault[] = [
  {
    name: 'before-the-connector',
    title:
      'Orders are accepted for 20 s (quick: 5 s) before the connector exists; then it is applied for the first time',
    // Needs a new pipeline: the first apply starts where the outbox started.
    topology: { outboxStore: 'delete' },
    healWithinMs: 20_000,
    healedBy: 'connectctl apply',
    inject: (lab, how) => applyLater(lab, how, eraseConnector),
    cleanup: lab => lab.part('keeper').start()
  },
  {
    name: 'while-connector-deleted',
    title: 'Orders are accepted for 20 s (quick: 5 s) while the connector is deleted; then it is applied',
    healWithinMs: 20_000,
    healedBy: 'connectctl apply',
    inject: (lab, how) => applyLater(lab, how, deleteConnector),
    cleanup: lab => lab.part('keeper').start()
  }
]

async function applyLater(
  lab: Lab,
  { quick, pauseWrites }: FaultOptions,
  remove: (lab: Lab) => Promise<void>
): Promise<Injected> {
  // The keeper would bring the connector back within seconds.
  await lab.part('keeper').stop()
  pauseWrites(true)
  await eventually(() => underWay(lab, waiting => waiting === 0), { timeoutMs: 120_000 })
  await remove(lab)
  pauseWrites(false)
  await sleep(quick ? 5_000 : 20_000)
  const waiting = await eventually(() => underWay(lab, count => count >= 500), { timeoutMs: 120_000 })
  const causeOverAt = Date.now()
  await runConnectctl(lab, `apply ${connector}`)
  return { observed: `${waiting} events waited for the connector`, causeOverAt }
}

async function underWay(lab: Lab, wanted: (count: number) => boolean): Promise<number> {
  const count = await countUnderWay(lab)
  if (!wanted(count)) throw new Error(`${count} events are under way`)
  return count
}

async function deleteConnector(lab: Lab): Promise<void> {
  await runConnectctl(lab, `delete ${connector} --yes`)
}

/** Removes every trace of the connector: offsets and schema history too. */
async function eraseConnector(lab: Lab): Promise<void> {
  const { stack, settings } = lab.pipeline
  const { connect, kafka } = stack
  await runConnectctl(lab, `stop ${connector}`)
  await eventually(async () => {
    const { status } = await fetch(`${connect.urls[0]}/connectors/${connector}/offsets`, { method: 'DELETE' })
    if (status !== 200) throw new Error(`the offsets were not wiped: ${status}`)
  })
  await deleteConnector(lab)
  const admin = new Kafka({ brokers: [...kafka.brokers], logLevel: logLevel.NOTHING }).admin()
  await admin.connect()
  await admin.deleteTopics({ topics: ['schema_changes.orders'] })
  await admin.disconnect()
  await eventually(() => ensureTopics(settings.system, kafka))
}
