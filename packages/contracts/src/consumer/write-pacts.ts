import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { System } from '@outbox-cdc/pipeline'
import { type Edge, edgesOf, loadContract } from '../participants.ts'
import { type PactFile, readPactFiles } from '../pact-file.ts'
import { expectedMessages } from './expected-messages.ts'
import { writeMessages } from './write-messages.ts'
import { writeQuestions } from './write-questions.ts'

type Options = {
  readonly systems: readonly System[]
  /** Holds what was written and nothing else; what was there before goes when all is written. */
  readonly dir: string
}

/**
 * Runs the consumer's side of each edge with what the consumer itself reads with, and writes one file for each pair. Rejects if a
 * consumer can't read what it expects, or if an interaction is missing in a file.
 */
export async function writePacts({ systems, dir }: Options): Promise<readonly PactFile[]> {
  await mkdir(dirname(dir), { recursive: true })
  const draft = await mkdtemp(`${dir}-`)
  try {
    await writeInto(draft, edgesOf(systems))
    await rm(dir, { recursive: true, force: true })
    await rename(draft, dir)
  } finally {
    await rm(draft, { recursive: true, force: true })
  }
  return readPactFiles(dir)
}

// One after the other: pact loses interactions if several writers change one file.
async function writeInto(dir: string, edges: readonly Edge[]): Promise<void> {
  const written = new Map<string, number>()
  for (const edge of edges) {
    const pair = { consumer: edge.consumer.name, provider: edge.provider.name, dir }
    const name = pairName(pair)
    written.set(name, (written.get(name) ?? 0) + (await writeEdge(edge, pair)))
  }
  requireAll(written, await readPactFiles(dir))
}

async function writeEdge(edge: Edge, pair: { consumer: string; provider: string; dir: string }): Promise<number> {
  const contract = await loadContract(edge.consumer)
  if (edge.kind === 'message') return writeMessages(pair, expectedMessages(edge, contract))
  const questions = contract.asks?.[edge.provider.service.name] ?? []
  if (questions.length === 0)
    throw new Error(`${pair.consumer} asks ${pair.provider}, and its contract has no question for it.`)
  return writeQuestions({ ...pair, questions })
}

const pairName = ({ consumer, provider }: { readonly consumer: string; readonly provider: string }) =>
  `${consumer} and ${provider}`

/** Throws unless each file has as many interactions as were written for its pair. */
export function requireAll(written: ReadonlyMap<string, number>, files: readonly PactFile[]): void {
  const found = new Map(files.map(file => [pairName(file), file.interactions.length]))
  for (const [pair, count] of written)
    if (found.get(pair) !== count)
      throw new Error(
        `The contract of ${pair} has ${found.get(pair) ?? 0} of its ${count} interactions. ` +
          'Two may have the same description, or another process may write the same file.'
      )
}
