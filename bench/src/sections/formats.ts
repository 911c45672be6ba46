import { readConnectorFile } from '@outbox-cdc/connectctl'
import { StackError } from '@outbox-cdc/stack'
import { connectorFile } from '@outbox-cdc/pipeline'
import { withoutSchema } from '../lab/connector.ts'
import { withRegistry } from '../lab/registry.ts'
import { withVariant } from '../lab/run-variant.ts'
import { topicBytes } from '../lab/topic-bytes.ts'
import type { Summary } from '../stats/summary.ts'
import { type Variant, variantNamed } from '../variants/variants.ts'
import { measureOrders } from './measure-orders.ts'
import { type Context, inRounds } from './section.ts'

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

type Format = { readonly format: string; readonly prepare: () => Promise<Variant>; readonly bytes?: boolean }
type Load = { readonly seconds: number; readonly rounds: number }

/** Each format at one rate, in rounds of alternating order; Avro only where a registry can be had. */
export async function measureFormats(context: Context, load: Load): Promise<readonly FormatRow[]> {
  const project = variantNamed('project')
  const json: readonly Format[] = [
    { format: 'JSON with schema', prepare: async () => project },
    { format: 'JSON without schema', prepare: async () => ({ ...project, connector: withoutSchema }) }
  ]
  // What is first would else pay for a connector that is still interpreted.
  await withVariant(context, project, () => measureOrders(context.lab, { rate: 800, seconds: 3 * load.seconds }))
  return withRegistry(context.lab, registry => inTurn(context, load, [...json, avro(context, registry)])).catch(
    (error: unknown) => {
      if (!(error instanceof StackError && error.code === 'REQUIREMENT_MISSING')) throw error
      context.say(`Avro is left out. ${error.message}`)
      return inTurn(context, load, json)
    }
  )
}

function avro(context: Context, registryUrl: string): Format {
  return { format: 'Avro', prepare: () => withAvro(context, registryUrl), bytes: true }
}

async function inTurn(context: Context, load: Load, formats: readonly Format[]): Promise<readonly FormatRow[]> {
  const rows: FormatRow[] = []
  for (const { thing } of inRounds(formats, load.rounds)) {
    const variant = await thing.prepare()
    const measured = () =>
      withVariant(context, variant, () => measure(context, { ...load, format: thing.format, topic: variant.topic }))
    rows.push(await (thing.bytes === true ? asBytes(context, measured) : measured()))
  }
  return rows
}

type Measured = { readonly format: string; readonly topic: string; readonly seconds: number }

async function measure({ lab }: Context, { format, topic, seconds }: Measured): Promise<FormatRow> {
  // Processes that have just begun are slow at first: as long as what is measured.
  await measureOrders(lab, { rate: 500, seconds })
  const before = await topicBytes(lab, topic)
  const { rate, delivery, accepted, cpuPerThousand } = await measureOrders(lab, { rate: 500, seconds })
  const bytes = (await topicBytes(lab, topic)) - before
  return { format, rate, delivery, kafkaBytes: Math.round(bytes / accepted), cpuPerThousand }
}

/** The connector and the services as `npm start -- --registry` starts them. */
async function withAvro({ lab }: Context, registryUrl: string): Promise<Variant> {
  const { order, delivery, ...project } = variantNamed('project')
  const { config } = await readConnectorFile(connectorFile(true), lab.addresses)
  const env = { SCHEMA_REGISTRY_URL: registryUrl }
  return { ...project, order: { ...order, env }, delivery: { ...delivery, env }, connector: () => config }
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
