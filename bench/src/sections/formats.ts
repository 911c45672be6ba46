import { readConnectorFile } from '@outbox-cdc/connectctl'
import { connectorFiles } from '@outbox-cdc/pipeline'
import { createRegistryPart, findRegistryEngine, freePort, registryUrl, StackError } from '@outbox-cdc/stack'
import { withoutSchema } from '../lab/connector.ts'
import { stopProcess } from '../lab/processes.ts'
import type { Lab } from '../lab/lab.ts'
import { withVariant } from '../variants/run-variant.ts'
import { topicBytes } from '../lab/topics.ts'
import type { Summary } from '../stats.ts'
import { type Variant, variantNamed } from '../variants/variants.ts'
import { measureOrders } from './measure-orders.ts'
import { type Context, inRounds } from './section.ts'

/** The same orders with their events in one format. */
export type FormatRow = {
  readonly format: string
  readonly rate: number
  readonly delivery: Summary
  /** Bytes of one event in the topic's log. */
  readonly kafkaBytes: number
  /** CPU milliseconds for 1,000 orders, by process. */
  readonly cpuPerThousand: Readonly<Record<string, number>>
}

type Format = { readonly format: string; readonly prepare: () => Promise<Variant>; readonly bytes?: boolean }
type Load = { readonly seconds: number; readonly rounds: number }

/** Each format at one rate, in rounds of alternating order. Avro only where a registry can be started. */
export async function measureFormats(context: Context, load: Load): Promise<readonly FormatRow[]> {
  const project = variantNamed('project')
  const json: readonly Format[] = [
    { format: 'JSON with schema', prepare: async () => project },
    { format: 'JSON without schema', prepare: async () => ({ ...project, connector: withoutSchema }) }
  ]
  // Warms Connect up, or the first format would be slower than the others.
  await withVariant(context, project, () => measureOrders(context.lab, { rate: 800, seconds: 3 * load.seconds }))
  try {
    return await withRegistry(context.lab, url => inTurn(context, load, [...json, avro(context, url)]))
  } catch (error) {
    if (!(error instanceof StackError && error.code === 'REQUIREMENT_MISSING')) throw error
    context.say(`Avro is left out. ${error.message}`)
    return inTurn(context, load, json)
  }
}

function avro(context: Context, url: string): Format {
  return { format: 'Avro', prepare: () => withAvro(context, url), bytes: true }
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
  // New processes are slow at first: warm up for as long as the measurement takes.
  await measureOrders(lab, { rate: 500, seconds })
  const before = await topicBytes(lab, topic)
  const { rate, delivery, accepted, cpuPerThousand } = await measureOrders(lab, { rate: 500, seconds })
  const bytes = (await topicBytes(lab, topic)) - before
  return { format, rate, delivery, kafkaBytes: Math.round(bytes / accepted), cpuPerThousand }
}

/** Runs `work` with the address of a schema registry beside the lab. Rejects where none can be started. */
async function withRegistry<T>(lab: Lab, work: (url: string) => Promise<T>): Promise<T> {
  const { dir } = lab.settings
  const engine = await findRegistryEngine((_, fetching) => fetching())
  const port = await freePort()
  const part = await createRegistryPart({ dir, engine, port })
  lab.running.set('registry', part)
  try {
    await part.start()
    return await work(registryUrl(port))
  } finally {
    await stopProcess(lab, 'registry')
  }
}

/** The connector and the services as `npm start -- --registry` starts them. */
async function withAvro({ lab }: Context, url: string): Promise<Variant> {
  const { order, delivery, ...project } = variantNamed('project')
  const { config } = await readConnectorFile(connectorFiles(lab.settings.system, true)[0] ?? '', lab.addresses)
  const env = { SCHEMA_REGISTRY_URL: url }
  return { ...project, order: { ...order, env }, delivery: { ...delivery, env }, connector: () => config }
}

/** Makes the column `payload` binary, as Avro needs it, while `work` runs. */
async function asBytes<T>({ lab }: Context, work: () => Promise<T>): Promise<T> {
  await lab.db.query('ALTER TABLE orders.outbox MODIFY payload MEDIUMBLOB NOT NULL')
  try {
    return await work()
  } finally {
    await lab.db.query('ALTER TABLE orders.outbox MODIFY payload JSON NOT NULL')
  }
}
