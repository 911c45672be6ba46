import type { WindowRead } from './kafka-client.ts'
import { fetching, inBatches, type Platformatic, type PlatformaticConsumer } from './platformatic-record.ts'

/** Reads a window as the only member of a group for one reading, which its caller removes. */
export async function readWithPlatformatic(
  { library, base }: Platformatic,
  { topic, window, onRecords, groupId }: WindowRead & { groupId: string }
): Promise<void> {
  const open = new Map([...window].filter(([, { from, to }]) => from < to))
  if (open.size === 0) return
  const consumer: PlatformaticConsumer = new library.Consumer({ ...base, ...fetching, groupId })
  const { promise: ended, resolve, reject } = Promise.withResolvers<void>()
  consumer.on('error', reject)
  const offsets = [...window].map(([partition, { from }]) => ({ topic, partition, offset: from }))
  let previous: Promise<void> = Promise.resolve()
  try {
    const stream = await consumer.consume({ topics: [topic], mode: 'manual', offsets, ...fetching })
    stream.on('error', reject)
    inBatches(stream, (partition, records) => {
      const bounds = window.get(partition)
      const wanted = records.filter(({ offset }) => bounds !== undefined && offset >= bounds.from && offset < bounds.to)
      stream.pause()
      previous = previous.then(() => (wanted.length > 0 ? onRecords(partition, wanted) : undefined))
      previous.then(() => stream.resume(), reject)
    })
    // The place of the next fetch counts transaction markers too, which are never handed over.
    stream.on('fetch', () => setImmediate(() => void previous.then(closeWhatEnded, reject)))
    const closeWhatEnded = () => {
      for (const [partition, { to }] of open)
        if ((stream.offsetsToFetch.get(`${topic}:${partition}`) ?? 0n) >= to) open.delete(partition)
      if (open.size === 0) previous.then(resolve, reject)
    }
    await ended
  } finally {
    await consumer.close(true).catch(() => undefined)
  }
}
