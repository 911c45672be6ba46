import type { ConnectorConfig } from '../connect-api.ts'
import { error, warning } from './finding.ts'
import type { Finding } from './finding.ts'

const sides = ['key', 'value'] as const
type Side = (typeof sides)[number]

const apicurioAvro = 'io.apicurio.registry.utils.converter.AvroConverter'
const binary = 'io.debezium.converters.BinaryDataConverter'

const must = {
  'as-confluent': ['true', 'ids would have eight bytes, which no Confluent client reads'],
  'use-id': ['contentId', 'clients take the id for a content id, and read by the schema of another subject'],
  'fault-tolerant-refresh': [
    'true',
    'the task fails as soon as the registry is away for longer than its cache is fresh'
  ]
} as const

const mustNot = {
  'headers.enabled': 'the id would stand in a header, where no Confluent client looks',
  'find-latest': "a record would be written by the newest schema, whether it is the table's or not"
} as const

/** Converters that a registry or a byte column needs: what their defaults do to readers, and to the task. */
export function checkConverters(config: ConnectorConfig): readonly Finding[] {
  return [...sides.flatMap(side => checkAvro(side, config)), ...checkBinary(config), ...checkBeats(config)]
}

function checkAvro(side: Side, config: ConnectorConfig): readonly Finding[] {
  if (config[`${side}.converter`] !== apicurioAvro) return []
  const name = (setting: string) => `${side}.converter.apicurio.registry.${setting}`
  const url = config[name('url')] ?? ''
  return [
    ...Object.entries(must)
      .filter(([setting, [wanted]]) => config[name(setting)] !== wanted)
      .map(([setting, [wanted, harm]]) => error(name(setting), `is not ${wanted}: ${harm}`)),
    ...Object.entries(mustNot)
      .filter(([setting]) => config[name(setting)] === 'true')
      .map(([setting, harm]) => error(name(setting), `is true: ${harm}`)),
    ...(/\/apis\/registry\/v2\/?$/.test(url)
      ? []
      : [error(name('url'), 'does not end in /apis/registry/v2, the only API that this converter speaks')])
  ]
}

function checkBinary(config: ConnectorConfig): readonly Finding[] {
  if (config['value.converter'] !== binary) return []
  const findings: Finding[] = []
  if ((config['binary.handling.mode'] ?? 'bytes') !== 'bytes')
    findings.push(
      error('binary.handling.mode', 'is not bytes: the converter passes on bytes, and this makes text of them')
    )
  if (config['value.converter.delegate.converter.type'] === undefined)
    findings.push(
      error('value.converter.delegate.converter.type', 'is missing: a heartbeat is not bytes and stops the task')
    )
  return findings
}

/** The keeper knows no registry: where rows are Avro, its beats must come in headers. */
function checkBeats(config: ConnectorConfig): readonly Finding[] {
  const beats = /\.connect_heartbeat\b/.test(config['table.include.list'] ?? '')
  const lifted = Object.values(config).some(value => /\bsender\b/.test(value) && /\bsent_ms\b/.test(value))
  if (config['value.converter'] !== apicurioAvro || !beats || lifted) return []
  return [
    warning('transforms', 'leave the beats in Avro, which keep cannot read: copy sender and sent_ms into headers')
  ]
}
