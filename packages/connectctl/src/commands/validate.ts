import type { Command } from 'commander'
import type { ConnectApi, ConnectorConfig } from '../connect/connect-api.ts'
import { validateByWorker } from '../connector/apply-connector.ts'
import type { ConnectorFile } from '../connector/connector-file.ts'
import { brokersOf } from '../connector/kafka.ts'
import { checkSchemaHistory } from '../connector/schema-history.ts'
import { checkConfig, type Neighbour } from '../settings/check-config.ts'
import type { Finding } from '../settings/finding.ts'
import { connectorFiles, type Context, openSession } from './context.ts'
import { paint, tell } from './render.ts'

export function addValidate(program: Command, context: Context): void {
  program
    .command('validate [connectors...]')
    .description('check connector files: misspelt keys, values out of range, settings that lose data, secrets in clear')
    .option('--offline', 'check only the files, without Connect', false)
    .action(async (names: string[], { offline }: { offline: boolean }, command: Command) => {
      const session = openSession(command, context)
      const files = await connectorFiles(names, session)
      const all = []
      for (const file of files) {
        const live = offline ? [] : await liveConnectors(session.api)
        const findings = [...checkConfig(file.config, neighboursOf(file, files, live))]
        if (!offline) {
          findings.push(...(await checkSchemaHistory(file.config, brokersOf(file.config, context.environment))))
          findings.push(...(await validateByWorker(session.api, file)))
        }
        all.push({ name: file.name, findings })
      }
      tell(session, all, all.map(({ name, findings }) => describeFindings(name, findings, context)).join('\n'))
      if (all.some(({ findings }) => findings.some(({ level }) => level === 'error'))) context.markBad()
    })
}

/** The other connectors of the folder and of the cluster, which must not share an identity with this one. */
export function neighboursOf(
  file: ConnectorFile,
  files: readonly ConnectorFile[],
  live: readonly Neighbour[]
): readonly Neighbour[] {
  const byName = new Map([...live, ...files].map(({ name, config }) => [name, { name, config }]))
  byName.delete(file.name)
  return [...byName.values()]
}

export async function liveConnectors(api: ConnectApi): Promise<readonly Neighbour[]> {
  type Expanded = Record<string, { info: { name: string; config: ConnectorConfig } }>
  return Object.values(await api.request<Expanded>('GET', '/connectors?expand=info')).map(({ info }) => info)
}

export function describeFindings(name: string, findings: readonly Finding[], context: Context): string {
  if (findings.length === 0) return `✓ ${name}: nothing to say`
  const line = ({ level, key, why }: Finding) =>
    paint(`  ${level === 'error' ? '✗' : '!'} ${key} ${why}`, level === 'error' ? 'red' : 'yellow', context)
  return [`${findings.some(({ level }) => level === 'error') ? '✗' : '!'} ${name}`, ...findings.map(line)].join('\n')
}
