import { createConnectApi, readConnectorFile } from '@outbox-cdc/connectctl'
import { supervise } from '@outbox-cdc/pipeline'
import { startFaultyProxy } from '../resilience/harness/faulty-proxy.ts'
import { startConnectLab } from '../support/connect-lab.ts'
import { eventually } from '../support/eventually.ts'
import { keep } from '../support/kept-lab.ts'
import { watchTopicOrders } from '../support/topic-orders.ts'
import type { HealingCase, HealingLab } from './healing-case.ts'

type Wishes = Pick<HealingCase, 'workers' | 'throughProxy'> & {
  /** Settings of the connector that differ from its file, for experiments. */
  readonly settings: Readonly<Record<string, string>>
}

/** MySQL, Kafka, supervised workers, the repository's connector and a keeper, as `npm start` runs them. */
export async function startHealingLab({ workers = 1, throughProxy = false, settings }: Wishes): Promise<HealingLab> {
  const started = await startConnectLab('healing', { workers })
  const proxy = throughProxy ? await startFaultyProxy(started.stack.mysql) : undefined
  const port = proxy === undefined ? {} : { MYSQL_PORT: String(proxy.port) }
  const read = await readConnectorFile(started.file.path, { ...started.environment, ...port })
  const file = { ...read, config: { ...read.config, ...settings } }
  const api = createConnectApi({ url: started.stack.connect.urls.join() })
  const lab = { ...started, api, file }
  const close = async () => {
    await lab.close()
    await proxy?.close()
  }
  try {
    await lab.apply(file)
    const kept = await keep(lab)
    const topic = await watchTopicOrders(lab.stack.kafka.brokers)
    const supervisions = superviseWorkers(lab.stack, kept.say)
    await eventually(() => healthy(kept.url), { timeoutMs: 60_000 })
    return {
      lab,
      kept,
      topic,
      proxy,
      async close() {
        for (const supervision of supervisions) supervision.stop()
        await topic.stop()
        await kept.keeper.stop()
        await close()
      }
    }
  } catch (error) {
    await close()
    throw error
  }
}

export async function healthy(keeperUrl: string): Promise<void> {
  const { status } = await fetch(`${keeperUrl}/health`)
  if (status !== 200) throw new Error('the keeper says red')
}

/** Resets the supervisor's restart pause, which doubles with each death, because each run measures a first death. */
const pauses = { firstPauseMs: 500, longestPauseMs: 500 }

function superviseWorkers(stack: HealingLab['lab']['stack'], say: (line: string) => void) {
  return stack.parts.filter(({ name }) => name.startsWith('connect')).map(part => supervise(part, say, pauses))
}
