import { readConnectorFile } from '@outbox-cdc/connectctl'
import { StackError } from '../../../packages/stack/src/index.ts'
import { connectorFile } from '../../../scripts/pipeline/our-processes.ts'
import type { EventMode } from '../../../scripts/pipeline/settings.ts'
import { withoutSchema } from '../lab/connector.ts'
import { type Registry, withRegistry } from '../lab/registry.ts'
import { withVariant } from '../lab/run-variant.ts'
import { topicBytes } from '../lab/topic-bytes.ts'
import type { Summary } from '../stats/summary.ts'
import { type Variant, variantNamed } from '../variants/variants.ts'
import { measureOrders } from './measure-orders.ts'
import type { Context } from './section.ts'

/** The same orders, their events in another format. */
export type FormatRow = {
  readonly format: string
  readonly rate: number
  readonly delivery: Summary
  /** What one event takes of the topic's log. */
  readonly kafkaBytes: number
  /** CPU milliseconds for 1,000 orders, by process. */
  readonly cpuPerThousand: Readonly<Record<string, number>>
}

/** Each format at one rate, one after the other; Avro only where a registry can be had. */
export async function measureFormats(context: Context, seconds: number): Promise<readonly FormatRow[]> {
  const project = variantNamed('project')
  const one = (format: string, variant: Variant) =>
    withVariant(context, variant, () => measure(context, { format, variant, seconds }))
  const bare = await one('JSON without schema', { ...project, connector: withoutSchema })
  const avro = await withRegistry(context.lab, async registry => [
    await asBytes(context, async () =>
      one('Avro, typed by the application', await typed(context, 'typed-by-application', registry))
    ),
    await one('Avro, typed by Connect', await typed(context, 'typed-by-connect', registry))
  ]).catch((error: unknown) => {
    if (!(error instanceof StackError && error.code === 'REQUIREMENT_MISSING')) throw error
    context.say(`Avro is left out. ${error.message}`)
    return []
  })
  return [await one('JSON with schema', project), bare, ...avro]
}

type Measured = { readonly format: string; readonly variant: Variant; readonly seconds: number }

async function measure({ lab }: Context, { format, variant: { topic }, seconds }: Measured): Promise<FormatRow> {
  // Processes that have just begun are slow at first: as long as what is measured.
  await measureOrders(lab, { rate: 500, seconds })
  const before = await topicBytes(lab, topic)
  const { rate, delivery, accepted, cpuPerThousand } = await measureOrders(lab, { rate: 500, seconds })
  const bytes = (await topicBytes(lab, topic)) - before
  return { format, rate, delivery, kafkaBytes: Math.round(bytes / accepted), cpuPerThousand }
}

/** The connector of the mode from connect-config, and the services as `npm start` starts them in it. */
async function typed({ lab }: Context, mode: EventMode, { url, apicurioUrl }: Registry): Promise<Variant> {
  const { order, delivery, ...project } = variantNamed('project')
  const { config } = await readConnectorFile(connectorFile(mode), { ...lab.addresses, APICURIO_URL: apicurioUrl })
  const env = { SCHEMA_REGISTRY_URL: url }
  return {
    ...project,
    order: mode === 'typed-by-application' ? { ...order, env } : order,
    delivery: { ...delivery, env },
    connector: () => config
  }
}

/** The column payload as it must be for an outbox with an encoding; for JSON again afterwards. */
async function asBytes<T>({ lab }: Context, work: () => Promise<T>): Promise<T> {
  await lab.db.query('ALTER TABLE orders.outbox MODIFY payload MEDIUMBLOB NOT NULL')
  try {
    return await work()
  } finally {
    await lab.db.query('ALTER TABLE orders.outbox MODIFY payload JSON NOT NULL')
  }
}
