import type { Knex } from 'knex'
import { type Parked, parkedAmong, parkKey, releaseKey } from '../parking/parking-store.ts'
import type { ConsumerSetup } from './consumer-setup.ts'
import type { Prepared } from './prepare.ts'
import type { Refusal } from './read-envelope.ts'
import { checkVersions, type VersionGap } from './versions.ts'
import type { Handled } from './waves.ts'

export type Divided = {
  /** To be handled now, in their order. */
  readonly flowing: readonly Handled[]
  /** To be parked: refused, or behind a refused one of their key. */
  readonly parked: readonly Parked[]
  readonly gaps: readonly VersionGap[]
}

/** Decides what flows and what is parked, by what the database says within the transaction that settles them. */
export async function divide(
  trx: Knex.Transaction,
  setup: ConsumerSetup,
  items: readonly Prepared[]
): Promise<Divided> {
  const keys = await parkedAmong(trx, setup.name, [...new Set(items.map(item => item.key))])
  const events = items.flatMap(item => ('event' in item ? [item.event] : []))
  const versions = await checkVersions(trx, setup, events)
  const flowing: Handled[] = []
  const parked: Parked[] = []

  for (const item of items) {
    const refused = refusalOf(item)
    // The event that fills a gap is the one that may pass those who wait for it; they follow at once.
    const fillsGap =
      refused === undefined && keys.get(item.key) === 'VERSION_GAP' && 'event' in item && versions.isNext(item.event)
    const refusal =
      refused ?? ('event' in item && (fillsGap || !keys.has(item.key)) ? versions.judge(item.event) : undefined)
    if (keys.has(item.key) && !fillsGap) parked.push({ item, refusal: refusal ?? behind(item.key) })
    else if (refusal !== undefined) {
      await parkKey(trx, setup.name, { item, refusal })
      keys.set(item.key, refusal.reason)
      parked.push({ item, refusal })
    } else if ('handler' in item) flowing.push(item)
    if (fillsGap) await releaseKey(trx, setup.name, item.key)
  }
  await versions.save()
  return { flowing, parked, gaps: versions.gaps }
}

function refusalOf(item: Prepared): Refusal | undefined {
  return 'refusal' in item ? item.refusal : undefined
}

function behind(key: string): Refusal {
  return { reason: 'BEHIND', error: new Error(`An earlier event of key ${key} is parked`) }
}
