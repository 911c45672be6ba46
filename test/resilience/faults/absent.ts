import { setTimeout as sleep } from 'node:timers/promises'
import { Kafka, logLevel } from 'kafkajs'
import { ensureTopics } from '@outbox-cdc/pipeline'
import { eventually } from '../../support/eventually.ts'
import { runConnectctl } from '../harness/connectctl.ts'
import type { Bitten, Fault, How } from '../harness/fault.ts'
import type { Lab } from '../harness/lab.ts'
import { countUnderWay } from '../oracle/collect.ts'

const connector = 'orders-connector'

/** Orders are accepted whether there is a connector or not, and none of them may be forgotten. */
export const absent: readonly Fault[] = [
  {
    name: 'before-the-connector',
    title: 'orders accepted before the connector ever existed, for 20 s (quick: 5 s); then its first apply',
    // A pipeline of its own: the first apply begins where the outbox began.
    topology: { outboxStore: 'delete' },
    healWithinMs: 20_000,
    healedBy: 'connectctl apply',
    inject: (lab, how) => applyLater(lab, how, forgetConnector),
    cleanup: lab => lab.part('keeper').start()
  },
  {
    name: 'while-connector-deleted',
    title: 'orders accepted while the connector is deleted, for 20 s (quick: 5 s); then apply',
    healWithinMs: 20_000,
    healedBy: 'connectctl apply',
    inject: (lab, how) => applyLater(lab, how, deleteConnector),
    cleanup: lab => lab.part('keeper').start()
  }
]

async function applyLater(lab: Lab, { quick, quiet }: How, remove: (lab: Lab) => Promise<void>): Promise<Bitten> {
  // It would bring the connector back within seconds.
  await lab.part('keeper').stop()
  quiet(true)
  await eventually(() => underWay(lab, waiting => waiting === 0), { timeoutMs: 60_000 })
  await remove(lab)
  quiet(false)
  await sleep(quick ? 5_000 : 20_000)
  const waiting = await eventually(() => underWay(lab, count => count >= 500), { timeoutMs: 60_000 })
  const causeOverAt = Date.now()
  await runConnectctl(lab, `apply ${connector}`)
  return { bite: `${waiting} events waited for the connector`, causeOverAt }
}

async function underWay({ db }: Lab, wanted: (count: number) => boolean): Promise<number> {
  const count = await countUnderWay(db)
  if (!wanted(count)) throw new Error(`${count} events are under way`)
  return count
}

async function deleteConnector(lab: Lab): Promise<void> {
  await runConnectctl(lab, `delete ${connector} --yes`)
}

/** Neither Connect nor Kafka know of it any more: no offsets, no schema history. */
async function forgetConnector(lab: Lab): Promise<void> {
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
  await eventually(() => ensureTopics(settings.system, kafka.brokers))
}
