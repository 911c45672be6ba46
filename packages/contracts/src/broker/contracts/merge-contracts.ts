import { isDeepStrictEqual } from 'node:util'
import type { ContractFile, Interaction } from './contract-file.ts'

type Merged = { readonly file: ContractFile; readonly conflict?: string }

/** The interactions of both. `conflict` is the description of one that both have, in different ways. */
export function mergeContracts(earlier: ContractFile, later: ContractFile): Merged {
  const file = { ...later }
  for (const list of ['interactions', 'messages'] as const) {
    const [old, added] = [earlier[list] ?? [], later[list] ?? []]
    const conflict = added.find(each => old.some(other => isSame(each, other) && !isDeepStrictEqual(each, other)))
    if (conflict !== undefined) return { file: earlier, conflict: String(conflict.description) }
    const all = [...old.filter(each => !added.some(other => isSame(each, other))), ...added]
    if (all.length > 0) file[list] = all
  }
  return { file }
}

const isSame = (one: Interaction, other: Interaction): boolean =>
  ['description', 'type', 'providerStates', 'providerState'].every(key => isDeepStrictEqual(one[key], other[key]))
