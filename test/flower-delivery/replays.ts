import { services } from '@outbox-cdc/flower-delivery/test/model'
import { sizeOf } from '@outbox-cdc/test-support/consumer-groups'
import { sendAgain } from '@outbox-cdc/test-support/send-again'
import { untilAllIsRead } from './calm.ts'
import { rewindAll } from './disturbances.ts'
import { dumpRows } from './rows.ts'
import type { Flower } from './start-flower.ts'

export type Replayed = { readonly records: number; readonly rows: number }

/**
 * Sends every event again, and then lets every group read every topic from the beginning. Throws if that changes a row or
 * publishes an event.
 */
export async function replayAll(flower: Flower): Promise<Replayed> {
  const before = await dumpRows(flower)
  const sizes = await sizesOf(flower)
  const compare = async (what: string) => {
    await untilAllIsRead(flower)
    const now = await sizesOf(flower)
    // Each topic has every event twice by now.
    const published = flower.topics.filter((_, index) => now[index] !== 2 * (sizes[index] ?? 0))
    const problems = [
      ...changes(before, await dumpRows(flower)),
      ...published.map(topic => `a service has published on ${topic}`)
    ]
    if (problems.length > 0) throw new Error(`After ${what}: ${problems.slice(0, 10).join('; ')}`)
  }
  await Promise.all(flower.topics.map(topic => sendAgain(flower.pipeline.stack.kafka, topic)))
  await compare('every event came again')
  await Promise.all(services.map(service => flower.stop(service)))
  await Promise.all(services.map(service => rewindAll(flower, service)))
  await Promise.all(services.map(service => flower.start(service)))
  await compare('every topic was read again')
  return { records: sizes.reduce((sum, size) => sum + size, 0), rows: before.length }
}

const sizesOf = ({ pipeline, topics }: Flower) => Promise.all(topics.map(topic => sizeOf(pipeline.stack.kafka, topic)))

function changes(before: readonly string[], after: readonly string[]): readonly string[] {
  const [had, has] = [new Set(before), new Set(after)]
  const gone = before.filter(row => !has.has(row)).map(row => `gone: ${row}`)
  const fresh = after.filter(row => !had.has(row)).map(row => `new: ${row}`)
  return [...gone, ...fresh]
}
