import { validated } from '@outbox-cdc/service-kit'
import type { Knex } from 'knex'
import { nameSchema } from '../hal/input.ts'
import { ensurePacticipant, type Pacticipant } from './pacticipant-store.ts'
import { addToBranch, ensureVersion, requireVersion, tagVersion, type Version } from './version-store.ts'

type Path = { readonly pacticipant: string; readonly version: string }

type Details = {
  readonly buildUrl?: string | null | undefined
  readonly branch?: string | null | undefined
  readonly tags?: readonly string[] | null | undefined
}

type Put = { readonly pacticipant: Pacticipant; readonly version: Version }

/** Makes a version, and what is missing for it. What it has already stays. */
export async function putVersion(db: Knex, path: Path, { buildUrl, branch, tags }: Details): Promise<Put> {
  const name = validated(nameSchema, path.pacticipant, 'pacticipant')
  const number = validated(nameSchema, path.version, 'version')
  return await db.transaction(async trx => {
    const pacticipant = await ensurePacticipant(trx, name)
    const version = await ensureVersion(trx, pacticipant, { number, buildUrl })
    if (branch != null) await addToBranch(trx, pacticipant, { version, branch })
    for (const tag of tags ?? []) await tagVersion(trx, version, tag)
    return { pacticipant, version: await requireVersion(trx, pacticipant, number) }
  })
}
