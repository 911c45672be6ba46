import { setTimeout as sleep } from 'node:timers/promises'
import { openHttpConnections } from '@outbox-cdc/test-support/load/http-connections'
import { seededRandom } from '@outbox-cdc/test-support/load/seeded-random'

export type OrderingUsers = {
  readonly url: string
  readonly itemId: number
  readonly seed: number
  readonly users: number
  readonly seconds: number
}

export type Answered = { readonly outcome: string; readonly ms: number }

/**
 * Users who order again and again. autocannon knows a rate for each connection, but no pause between an answer and the
 * next request, so this takes connections of its own.
 */
async function order({ url, itemId, seed, users, seconds }: OrderingUsers): Promise<readonly Answered[]> {
  const random = seededRandom(seed)
  const connections = openHttpConnections(url, { most: users, answerWithinMs: 15_000 })
  const body = JSON.stringify({ itemId, qty: 1, userName: '이기정' })
  const until = performance.now() + 1_000 * seconds
  const answers: Answered[] = []
  const user = async () => {
    await sleep(1_000 * random())
    for (; performance.now() < until; await sleep(1_000 * random())) {
      const started = performance.now()
      const outcome = await connections.post({ path: '/orders', body }).then(outcomeOf, (error: Error) => error.message)
      answers.push({ outcome, ms: performance.now() - started })
    }
  }
  await Promise.all(Array.from({ length: users }, user))
  connections.close()
  return answers
}

const outcomeOf = (answer: { readonly status: number; readonly body: string }) =>
  answer.status === 201 ? (/"orderStatus":"(\w+)"/.exec(answer.body)?.[1] ?? '201') : String(answer.status)

const answers = await order(JSON.parse(process.argv[2] ?? '{}') as OrderingUsers)
process.stdout.write(JSON.stringify(answers), () => process.exit(0))
