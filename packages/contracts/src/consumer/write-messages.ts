import { Pact } from '@pact-foundation/pact'
import type { Message } from '../message.ts'
import { wasPublished } from '../states.ts'
import type { ExpectedMessage } from './expected-messages.ts'

type Pair = { readonly consumer: string; readonly provider: string; readonly dir: string }

/** Adds messages to the file of their pair, each once its consumer's own reading accepts it; gives their number. */
export async function writeMessages(pair: Pair, messages: readonly ExpectedMessage[]): Promise<number> {
  for (const message of messages) await writeMessage(pair, message)
  return messages.length
}

async function writeMessage(pair: Pair, { description, contents, metadata, read }: ExpectedMessage): Promise<void> {
  const interaction = new Pact({ ...pair, logLevel: 'error' })
    .addAsynchronousInteraction()
    .given(wasPublished(description))
    // It takes matchers too, which its type doesn't say.
    .expectsToReceive(description, builder =>
      builder.withJSONContent(contents).withMetadata(metadata as Record<string, string>)
    )
  try {
    await interaction.executeTest(async ({ contents: { content }, metadata: examples }) =>
      read({ contents: content, metadata: examples } as unknown as Message)
    )
  } catch (cause) {
    throw new Error(
      `${pair.consumer} cannot read what it expects of ${pair.provider} as ${description}: ${(cause as Error).message}`,
      { cause }
    )
  }
}
