import { StackError } from '@outbox-cdc/stack'
import { readAddresses } from './addresses.ts'
import type { Settings } from './settings.ts'

/** The modes key their records differently: one order's events would lie in two partitions, without an order. */
export async function requireSameEvents({ dir, events = 'json' }: Pick<Settings, 'dir' | 'events'>): Promise<void> {
  const { EVENTS: before = 'json', ...others } = await readAddresses(dir)
  if (before === events || Object.keys(others).length === 0) return
  throw new StackError(
    'REQUIREMENT_MISSING',
    `The data in ${dir} was begun with --events ${before}, not ${events}. Go on with ${before}, take another folder ` +
      `(DATA_DIR), or begin afresh: npm run reset.`
  )
}
