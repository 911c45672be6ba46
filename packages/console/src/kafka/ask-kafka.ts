import { explainKafka, type KafkaSecurity } from '@outbox-cdc/outbox/security'
import { RefusedError } from '@outbox-cdc/service-kit'

export type Brokers = { readonly brokers: readonly string[]; readonly security: KafkaSecurity }

/** What a question is about, and the right that it needs. */
type Asked = {
  readonly topic?: string | undefined
  readonly group?: string | undefined
  readonly right: 'READ' | 'DESCRIBE' | 'DESCRIBE_CONFIGS'
}

/** Asks Kafka. If security keeps it from answering, the error is a `RefusedError` with the sentence that says so. */
export type AskKafka = <T>(asked: Asked, question: () => Promise<T>) => Promise<T>

export function createAskKafka(place: Brokers): AskKafka {
  return async (asked, question) => {
    try {
      return await question()
    } catch (error) {
      const sentence = await explainKafka(error, { ...place, ...asked })
      throw sentence === undefined ? error : new RefusedError(sentence, { cause: error })
    }
  }
}

/**
 * Asks about several things at once. If something may not be asked, it asks about each of them alone, and leaves out what
 * is refused.
 */
export async function askAboutEach<T, A>(items: readonly T[], ask: (some: readonly T[]) => Promise<readonly A[]>) {
  const refused = new Map<T, string>()
  const alone = async (item: T) => {
    try {
      return await ask([item])
    } catch (error) {
      refused.set(item, refusalIn(error))
      return []
    }
  }
  try {
    return { found: await ask(items), refused }
  } catch (error) {
    refusalIn(error)
    return { found: (await Promise.all(items.map(alone))).flat(), refused }
  }
}

/** The sentence of a refusal; any other error is thrown. */
export function refusalIn(error: unknown): string {
  if (error instanceof RefusedError) return error.message
  throw error
}

/** The only one, which a sentence can name; undefined if there are more. */
export const only = ([first, ...more]: readonly string[]) => (more.length === 0 ? first : undefined)

/** Up to three sentences, each once. */
export function inShort(sentences: Iterable<string>): string[] {
  const each = [...new Set(sentences)]
  return each.length <= 3 ? each : [...each.slice(0, 3), `So do ${each.length - 3} more.`]
}
