import { setTimeout as sleep } from 'node:timers/promises'
import { type Commits, readCommits } from '../lab/commits.ts'
import { withAdmin } from '../lab/topics.ts'
import type { Lab } from '../lab/lab.ts'
import { withVariant } from '../variants/run-variant.ts'
import { type Summary, summarise } from '../stats.ts'
import { variantNamed } from '../variants/variants.ts'
import { type Seen, startWitness } from '../witness/start-witness.ts'
import { measureOrders } from './measure-orders.ts'
import type { Context, Plan, Section } from './section.ts'

export type StagesRow = { readonly rate: number; readonly stages: Readonly<Record<string, Summary>> }

const shape = ({ quick }: Plan) => (quick ? { rates: [200], seconds: 2 } : { rates: [50, 500, 1000], seconds: 5 })

export const stages: Section<StagesRow> = {
  name: 'stages',
  title: 'Where the time goes between the two COMMITs',
  estimate: plan => 12 + shape(plan).rates.length * (shape(plan).seconds + 4),
  async run(context) {
    const { lab, plan } = context
    const project = variantNamed('project')
    await stampOnAppend(lab, project.topic, true)
    const rows = await withVariant(context, project, async () => {
      await measureOrders(lab, { rate: 500, seconds: plan.quick ? 1 : 4 })
      const measured: StagesRow[] = []
      for (const rate of shape(plan).rates) measured.push(await measure(context, rate))
      return measured
    })
    await stampOnAppend(lab, project.topic, false)
    for (const { rate, stages: found } of rows)
      context.say(
        `${rate}/s: ${Object.entries(found)
          .map(([name, { p50, p99 }]) => `${name} ${p50} (${p99})`)
          .join(', ')}`
      )
    return rows
  }
}

async function measure({ lab, plan }: Context, rate: number): Promise<StagesRow> {
  const witness = await startWitness(lab.stack.kafka.brokers, variantNamed('project').topic)
  const from = await lab.binlogPosition()
  await measureOrders(lab, { rate, seconds: shape(plan).seconds })
  await sleep(700)
  const seen = await witness.stop()
  const commits = await readCommits(lab, from)
  return { rate, stages: stagesOf(commits, seen) }
}

/** Milliseconds of each stage, over the orders that were seen in all stages. */
export function stagesOf({ orders, deliveries }: Commits, seen: ReadonlyMap<number, Seen>): Record<string, Summary> {
  const found = [...orders].flatMap(([id, commit]) => {
    const record = seen.get(id)
    const delivery = deliveries.get(id)
    return record === undefined || delivery === undefined ? [] : [{ commit, ...record, delivery }]
  })
  const between = (length: (order: (typeof found)[number]) => number) =>
    summarise(found.map(each => length(each) / 1000))
  return {
    'COMMIT to Debezium': between(({ commit, debezium }) => debezium - commit),
    'Debezium to the broker’s log': between(({ debezium, appended }) => appended - debezium),
    'log to a consumer': between(({ appended, received }) => received - appended),
    'consumer to the INSERT of the delivery': between(({ received, delivery }) => delivery.begun - received),
    'INSERT to COMMIT': between(({ delivery }) => delivery.commit - delivery.begun),
    together: between(({ commit, delivery }) => delivery.commit - commit)
  }
}

/** Makes the broker write its own time into each record instead of keeping Connect's. */
async function stampOnAppend(lab: Lab, topic: string, onAppend: boolean): Promise<void> {
  await withAdmin(lab, async admin => {
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [{ type: 2, name: topic, configNames: ['retention.ms', 'segment.ms'] }]
    })
    // kafkajs sets all of a topic's settings: the others would fall back to their defaults.
    const kept = (resources[0]?.configEntries ?? []).map(({ configName, configValue }) => ({
      name: configName,
      value: configValue
    }))
    const stamp = { name: 'message.timestamp.type', value: onAppend ? 'LogAppendTime' : 'CreateTime' }
    await admin.alterConfigs({
      validateOnly: false,
      resources: [{ type: 2, name: topic, configEntries: [...kept, stamp] }]
    })
  })
}
