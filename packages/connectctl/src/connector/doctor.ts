import type { ConnectApi, ConnectorConfig, ConnectorOffsets } from '../connect/connect-api.ts'
import { pathOf } from '../connect/connector-states.ts'
import { explain } from '../connect/errors.ts'
import type { Environment } from '../settings/secrets.ts'
import { sourceOf } from './source-of.ts'
import type { ComplaintOf } from './connect-log.ts'
import type { ConnectorFile } from './connector-file.ts'
import { examineKafka, examineLog, examineTopics } from './doctor-needs.ts'
import type { Source } from '../source/source.ts'
import { type Symptom, symptom } from '../source/symptom.ts'

type Symptoms = Promise<readonly Symptom[]>

type Surroundings = { readonly environment: Environment; readonly complaints: Promise<ComplaintOf> }

/** Checks everything that a connector needs, and says for each whether it is right and what to do if it isn't. */
export async function examine(api: ConnectApi, file: ConnectorFile, around: Surroundings): Symptoms {
  const { name, config } = file
  const { environment, complaints } = around
  const stored = () => api.request<ConnectorOffsets | undefined>('GET', pathOf(name, '/offsets'), { orMissing: true })
  const source = sourceOf(config, environment)
  const groups = await Promise.all([
    tried('Kafka Connect', examineWorker(api, config, source)),
    ...source.examine(stored).map(([what, look]) => tried(what, look())),
    tried('Kafka', examineKafka(config, environment)),
    tried('the topics', examineTopics(config, environment)),
    tried("Connect's log", examineLog(file, complaints))
  ])
  return groups.flat()
}

function tried(what: string, looked: Symptoms): Symptoms {
  return looked.catch(error => [{ ok: false, what: `${what} cannot be checked: ${explain(error)}` }])
}

async function examineWorker(
  api: ConnectApi,
  { 'connector.class': wanted }: ConnectorConfig,
  source: Source
): Symptoms {
  const { version } = await api.request<{ version: string }>('GET', '/')
  const plugins = await api.request<{ class: string; version: string }[]>('GET', '/connector-plugins')
  const plugin = plugins.find(each => each.class === wanted)
  const found = plugin === undefined ? `no plugin ${wanted}` : `plugin ${plugin.class} ${plugin.version}`
  const hazard = plugin && source.hazardOf(plugin.version)
  return [
    {
      ok: true,
      what: `Kafka Connect ${version} answers at ${api.url}${api.principal === undefined ? '' : ` to ${api.principal}`}`
    },
    hazard === undefined
      ? symptom(plugin !== undefined, found, "put the connector's jars on plugin.path")
      : { ok: true, what: found, advice: hazard, beware: true }
  ]
}
