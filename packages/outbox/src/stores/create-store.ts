import { createBlackholeStore } from './blackhole-store.ts'
import { createDeleteStore } from './delete-store.ts'
import type { OutboxStore } from './store.ts'
import { createWriterIds } from './writer-ids.ts'

/** Which store, and for `blackhole` a number from 0 to 127 that no other living process writes under. */
export type StoreOptions =
  | { readonly store: 'delete'; readonly writer?: number | undefined }
  | { readonly store: 'blackhole'; readonly writer: number }

export function createStore(options: StoreOptions): OutboxStore {
  switch (options.store) {
    case 'delete':
      return createDeleteStore()
    case 'blackhole':
      return createBlackholeStore(createWriterIds(options.writer))
  }
}
