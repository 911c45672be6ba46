import type { Hop } from '@outbox-cdc/outbox/hops'
import { notFound } from '@outbox-cdc/service-kit'

/** The hop of this name, or the first one. */
export function chosenHop<T extends { readonly hop: Hop }>(all: readonly T[], asked?: string): T {
  const found = asked === undefined ? all[0] : all.find(({ hop }) => hop.name === asked)
  if (found === undefined) throw notFound(`There is no hop ${asked}`)
  return found
}
