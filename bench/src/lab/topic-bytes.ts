import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Lab } from './lab.ts'

/** Bytes of a topic's log, as Kafka keeps it: batches with their overhead, uncompressed unless the producer compresses. */
export async function topicBytes({ settings }: Lab, topic: string): Promise<number> {
  const dir = join(settings.dir, 'kafka/kafka-1/log')
  const folders = (await readdir(dir)).filter(name => name.replace(/-\d+$/, '') === topic)
  const sizes = await Promise.all(
    folders.map(async folder => {
      const files = (await readdir(join(dir, folder))).filter(name => name.endsWith('.log'))
      return Promise.all(files.map(async name => (await stat(join(dir, folder, name))).size))
    })
  )
  return sizes.flat().reduce((sum, size) => sum + size, 0)
}
