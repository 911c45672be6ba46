import type { ConnectorConfig } from '../connect-api.ts'
import { error } from './finding.ts'
import type { Finding } from './finding.ts'

const binary = 'io.debezium.converters.BinaryDataConverter'

/** What the converter for Avro payloads needs: bytes from Debezium, and another converter for the heartbeat rows. */
export function checkConverters(config: ConnectorConfig): readonly Finding[] {
  if (config['value.converter'] !== binary) return []
  const findings: Finding[] = []
  if ((config['binary.handling.mode'] ?? 'bytes') !== 'bytes')
    findings.push(
      error('binary.handling.mode', 'is not bytes: the converter needs bytes, and this setting turns them into text')
    )
  if (config['value.converter.delegate.converter.type'] === undefined)
    findings.push(
      error('value.converter.delegate.converter.type', 'is missing: a heartbeat is not bytes, so it stops the task')
    )
  return findings
}
