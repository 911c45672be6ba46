import { readFileSync } from 'node:fs'
import { createSagaIndex, parseSagaMap, type SagaMap } from '@outbox-cdc/outbox/saga'
import { ConfigError } from '@outbox-cdc/service-kit'
import type { Config } from '../config.ts'
import type { KafkaAccess } from '../kafka/kafka-clients.ts'
import { reasonOf } from '../reason-of.ts'
import { followTopic } from './follow-topic.ts'
import { stepIn } from './step-in.ts'

/** About 60 MB where each is a saga of its own. */
const mostSteps = 25_000

export type SagaWatch = NonNullable<ReturnType<typeof watchSagas>>

/** Follows the topics of the saga map, and knows the sagas in them; undefined where no map is configured. */
export function watchSagas(config: Config, kafka: KafkaAccess) {
  const { SAGA_MAP: file, SAGA_WINDOW_MINUTES: minutes } = config
  if (file === undefined) return undefined
  const map = readMap(file)
  const windowMs = minutes * 60_000
  const index = createSagaIndex(map, { steps: mostSteps })
  const followers = Object.keys(map.services).map(topic =>
    followTopic({
      reader: kafka.reader,
      topic,
      windowMs,
      onRecords(records) {
        const steps = records.flatMap(record => stepIn(record) ?? [])
        for (const step of steps) index.add(step)
        return records.length - steps.length
      },
      onCaughtUp: read => index.caughtUp(topic, read)
    })
  )
  return {
    map,
    index,
    windowMs,
    topics: () => followers.map(({ reading }) => reading()),
    start() {
      for (const follower of followers) follower.start()
    },
    stop() {
      for (const follower of followers) follower.stop()
    }
  }
}

function readMap(file: string): SagaMap {
  try {
    return parseSagaMap(readFileSync(file, 'utf8'))
  } catch (error) {
    throw new ConfigError(`SAGA_MAP is ${file}: ${reasonOf(error)}`, { cause: error })
  }
}
