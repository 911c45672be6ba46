import { invalidRequest, Problem } from '@outbox-cdc/service-kit'
import type { Knex } from 'knex'
import { z } from 'zod'
import { nameSchema, urlSchema } from '../hal/input.ts'
import { ensurePacticipant, type Pacticipant } from '../pacticipants/pacticipant-store.ts'
import { addToBranch, ensureVersion, tagVersion, type Version } from '../pacticipants/version-store.ts'
import { type ContractFile, contractFileSchema } from './contract-file.ts'
import { ensureContract, publishOnce, readContent, replacePublication, type StoredContract } from './contract-store.ts'
import { mergeContracts } from './merge-contracts.ts'

const contractSchema = z.object({
  consumerName: nameSchema,
  providerName: nameSchema,
  specification: z.literal('pact', { error: 'must be pact' }),
  contentType: z.literal('application/json', { error: 'must be application/json' }),
  content: z.base64({ error: 'must be base64' }),
  // The tool sends `overwrite` if it isn't told to merge; that too must not change a published version.
  onConflict: z.enum(['merge', 'overwrite'], { error: 'must be merge or overwrite' }).nullish()
})

export const publishSchema = z.object({
  pacticipantName: nameSchema,
  pacticipantVersionNumber: nameSchema,
  branch: nameSchema.nullish(),
  tags: z.array(nameSchema).max(50).nullish(),
  buildUrl: urlSchema,
  contracts: z.array(contractSchema).max(200)
})

export type PublishRequest = z.output<typeof publishSchema>
type Given = { readonly providerName: string; readonly file: ContractFile; readonly merge: boolean }
export type PublishedContract = StoredContract & { readonly provider: string; readonly isNew: boolean }

export type PublishResult = {
  readonly consumer: Pacticipant
  readonly version: Version
  readonly contracts: readonly PublishedContract[]
}

/** All contracts of a consumer's version, or none. The same again changes nothing; another content is a 409. */
export async function publishContracts(db: Knex, request: PublishRequest): Promise<PublishResult> {
  const given = readFiles(request)
  return await db.transaction(async trx => {
    const consumer = await ensurePacticipant(trx, request.pacticipantName)
    const version = await putVersion(trx, consumer, request)
    const contracts: PublishedContract[] = []
    for (const each of given) contracts.push(await publish(trx, { consumer, version }, each))
    return { consumer, version, contracts }
  })
}

async function putVersion(db: Knex, consumer: Pacticipant, request: PublishRequest): Promise<Version> {
  const { pacticipantVersionNumber: number, buildUrl, branch, tags } = request
  const version = await ensureVersion(db, consumer, { number, buildUrl })
  if (branch != null) await addToBranch(db, consumer, { version, branch })
  for (const tag of tags ?? []) await tagVersion(db, version, tag)
  return version
}

type By = { readonly consumer: Pacticipant; readonly version: Version }

async function publish(db: Knex, { consumer, version }: By, given: Given): Promise<PublishedContract> {
  const provider = await ensurePacticipant(db, given.providerName)
  const contract = await ensureContract(db, { consumer, provider, file: given.file })
  const published = await publishOnce(db, { version, provider, contractId: contract.id })
  if (published !== 'different') return { ...contract, provider: provider.name, isNew: published === 'new' }
  const names = { consumer: consumer.name, provider: provider.name, version: version.number }
  if (!given.merge) throw changed(names)
  const merged = await mergedWithEarlier(db, { version, provider }, { ...names, file: given.file })
  const whole = await ensureContract(db, { consumer, provider, file: merged })
  await replacePublication(db, { version, provider, contractId: whole.id })
  return { ...whole, provider: provider.name, isNew: true }
}

type Named = { readonly consumer: string; readonly provider: string; readonly version: string }
type ToMerge = Named & { readonly file: ContractFile }

async function mergedWithEarlier(
  db: Knex,
  { version, provider }: { readonly version: Version; readonly provider: Pacticipant },
  { file, ...names }: ToMerge
): Promise<ContractFile> {
  const key = { version_id: version.id, provider_id: provider.id }
  // Locked, so that two merges at once both arrive.
  const { contract_id: earlier } = await db('publication').where(key).forUpdate().first('contract_id')
  const { file: merged, conflict } = mergeContracts(await readContent(db, earlier), file)
  if (conflict !== undefined) throw changed(names, ` in the interaction "${conflict}"`)
  return merged
}

function changed({ consumer, provider, version }: Named, where = ''): Problem {
  const message = `Version ${version} of ${consumer} has already published a contract with ${provider} that differs${where}`
  const text =
    "A published version can't change. Publish under a new version number, such as the commit's hash, and without random or current values."
  return new Problem(409, {
    type: 'contract-changed',
    title: 'Contract has changed',
    detail: `${message}. ${text}`,
    errors: [{ field: 'contracts', message }],
    members: { notices: [{ type: 'error', text }] }
  })
}

function readFiles({ pacticipantName, contracts }: PublishRequest): readonly Given[] {
  const files = contracts.map((contract, at): Given => {
    const field = `contracts.${at}`
    const refuse = (message: string) => invalidRequest([{ field, message }])
    const read = contractFileSchema.safeParse(parse(contract.content))
    if (!read.success) throw refuse(`content is not a contract: ${whyNot(read.error)}`)
    const { providerName, onConflict } = contract
    const { consumer, provider } = read.data
    if (contract.consumerName !== pacticipantName) throw refuse(`consumerName must be ${pacticipantName}`)
    if (consumer.name !== pacticipantName || provider.name !== providerName)
      throw refuse(
        `content is between ${consumer.name} and ${provider.name}, not ${pacticipantName} and ${providerName}`
      )
    return { providerName, file: read.data, merge: onConflict === 'merge' }
  })
  const names = files.map(each => each.providerName)
  const twice = names.find((name, at) => names.indexOf(name) !== at)
  if (twice !== undefined) throw invalidRequest([{ field: 'contracts', message: `has two contracts with ${twice}` }])
  // In one order, so that two publishes at once wait for each other instead of deadlocking.
  return files.sort((one, other) => (one.providerName < other.providerName ? -1 : 1))
}

const whyNot = ({ issues: [first] }: z.ZodError): string =>
  `${first?.path.join('.') ?? ''} ${first?.message ?? ''}`.trim().slice(0, 200)

function parse(base64: string): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(base64, 'base64')))
  } catch {
    return undefined
  }
}
