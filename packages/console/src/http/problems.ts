import { notFound, Problem } from '@outbox-cdc/service-kit'
import { reasonOf } from '../reason-of.ts'

/** The part, or a problem that names the setting without which there is none. */
export function configured<T>(part: T | undefined, variable: string): T {
  if (part !== undefined) return part
  throw new Problem(501, { type: 'not-configured', title: 'Not configured', detail: `Set ${variable} to see this` })
}

const boundMs = 15_000

/** What Kafka refuses or fails to answer in time becomes a problem that says so. */
export async function askKafka<T>(question: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${boundMs / 1000} s`)), boundMs)
  })
  try {
    return await Promise.race([question(), late])
  } catch (error) {
    if (error instanceof Problem) throw error
    const reason = reasonOf(error)
    if (/no topic|unknown topic/i.test(reason)) throw notFound('There is no such topic')
    const detail = `Kafka: ${reason}`
    throw new Problem(503, { type: 'unavailable', title: 'Not available now', detail }, { cause: error })
  } finally {
    clearTimeout(timer)
  }
}
