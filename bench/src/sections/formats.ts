import { readConnectorFile } from '@outbox-cdc/connectctl'
import { StackError } from '@outbox-cdc/stack'
import { connectorFile } from '@outbox-cdc/pipeline'
import type { EventMode } from '@outbox-cdc/pipeline'
import { withoutSchema } from '../lab/connector.ts'
import { type Registry, withRegistry } from '../lab/registry.ts'
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
  return withRegistry(context.lab, registry => inTurn(context, load, [...json, ...avro(context, registry)])).catch(
    (error: unknown) => {
      if (!(error instanceof StackError && error.code === 'REQUIREMENT_MISSING')) throw error
      context.say(`Avro is left out. ${error.message}`)
      return inTurn(context, load, json)
    }
  )
}

function avro(context: Context, registry: Registry): readonly Format[] {
  const prepare = (mode: EventMode) => () => typed(context, mode, registry)
  return [
    { format: 'Avro, typed by the application', prepare: prepare('typed-by-application'), bytes: true },
    { format: 'Avro, typed by Connect', prepare: prepare('typed-by-connect') }
  ]
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
