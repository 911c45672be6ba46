import { Pact } from '@pact-foundation/pact'
import type { Question } from '../contract.ts'
import { expectationOf } from './expectation.ts'

type Pair = { readonly consumer: string; readonly provider: string }

type QuestionsOf = Pair & { readonly dir: string; readonly questions: readonly Question[] }

/**
 * Lets a consumer ask its questions of Pact's mock server, and adds each to the pair's pact in `dir`. Rejects, and doesn't write
 * the question, if the consumer's client sends another request or can't read the answer.
 */
export async function writeQuestions({ dir, questions, ...pair }: QuestionsOf): Promise<number> {
  for (const question of questions) await write(question, pair, dir)
  return questions.length
}

async function write(question: Question, { consumer, provider }: Pair, dir: string): Promise<void> {
  const { given, about, request, response, ask } = question
  const pact = new Pact({ consumer, provider, dir, logLevel: 'error' })
  const interaction = pact
    .addInteraction()
    .given(given.state, { ...given.values })
    .uponReceiving(about)
    .withRequest(request.method, request.path, requestOf(request))
    .willRespondWith(response.status, responseOf(response))
  try {
    await interaction.executeTest(({ url }) => ask(url))
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new Error(`The client of ${consumer} doesn't get through "${about}" to ${provider}: ${why}`, { cause: error })
  }
}

type Interaction = ReturnType<Pact['addInteraction']>
type RequestBuilder = NonNullable<Parameters<Interaction['withRequest']>[2]>
type ResponseBuilder = NonNullable<Parameters<ReturnType<Interaction['withRequest']>['willRespondWith']>[1]>

function requestOf({ query, headers, body }: Question['request']): RequestBuilder {
  return request => {
    if (query !== undefined) request.query({ ...query })
    if (headers !== undefined) request.headers({ ...headers })
    if (body !== undefined) request.jsonBody(body)
  }
}

function responseOf({ headers, body, example }: Question['response']): ResponseBuilder {
  return response => {
    if (headers !== undefined) response.headers({ ...headers })
    if (body !== undefined) response.jsonBody(expectationOf(body, example))
  }
}
