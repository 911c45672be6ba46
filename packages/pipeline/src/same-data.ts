import { StackError } from '@outbox-cdc/stack'
import { readAddresses } from './addresses.ts'
import type { Settings } from './settings.ts'

const ways = 'take another folder (DATA_DIR), or clear the data: npm run reset.'

/** Refuses to start a folder as another system, or with events in the other format than its data. */
export async function requireSameData({
  dir,
  system,
  registry = false,
  secure = false,
  external
}: DataSettings): Promise<void> {
  const before = await readAddresses(dir)
  if (Object.keys(before).length === 0) return
  const { SYSTEM: owner = system.name } = before
  if (owner !== system.name) {
    const problem = `${dir} holds the data of the system ${owner}, not of ${system.name}`
    throw new StackError('REQUIREMENT_MISSING', `${problem}. Start ${owner} there, ${ways}`)
  }
  // A secured broker has its accounts from its first record on.
  const hadSecurity = before['KAFKA_SASL_PASSWORD'] !== undefined
  if (external === undefined) requireSame({ dir, option: '--secure', had: hadSecurity, wanted: secure })
  // JSON and Avro events have different keys: one aggregate's events would lie in two partitions, without an order.
  const hadRegistry = before['SCHEMA_REGISTRY_URL'] !== undefined
  requireSame({ dir, option: '--registry', had: hadRegistry, wanted: registry })
}

type Compared = { readonly dir: string; readonly option: string; readonly had: boolean; readonly wanted: boolean }

function requireSame({ dir, option, had, wanted }: Compared): void {
  if (had === wanted) return
  const way = `${had ? 'with' : 'without'} ${option}`
  throw new StackError('REQUIREMENT_MISSING', `The data in ${dir} was started ${way}. Start ${way} again, ${ways}`)
}

type DataSettings = Pick<Settings, 'dir' | 'registry' | 'secure' | 'external'> & {
  readonly system: { readonly name: string }
}
