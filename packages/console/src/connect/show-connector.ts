import { readFile } from 'node:fs/promises'
import type { ConnectorConfig, ExpandedConnector, Verdict } from '@outbox-cdc/connectctl'
import { diffConfig, isBroken, isSecretKey } from '@outbox-cdc/connectctl'
import type { DetailedConnector, ShownConnector } from '../api/kafka-schemas.ts'

/** A connector with its verdict, which is the keeper's where the keeper watches it. */
export function showConnector({ status, info }: ExpandedConnector, { state: flow, reason }: Verdict): ShownConnector {
  const state = isBroken({ state: flow }) ? 'stopped' : flow === 'flowing' ? 'ok' : flow === 'unknown' ? flow : 'slow'
  return {
    name: status.name,
    class: (info.config['connector.class'] ?? '').split('.').at(-1) ?? '',
    verdict: { state, flow, words: `${flow}: ${reason}` },
    connector: status.connector,
    tasks: [...status.tasks],
    topicPrefix: info.config['topic.prefix'] ?? null
  }
}

/** Every setting; the value of a secret stays on the server, a reference such as `${dir:…}` is not a secret. */
export function maskedConfig(config: ConnectorConfig): DetailedConnector['config'] {
  return Object.entries(config)
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([key, value]) => {
      const hidden = isSecretKey(key) && !isReference(value)
      return { key, value: hidden ? '' : withoutUrlPassword(value), hidden }
    })
}

function isReference(value: string): boolean {
  return /^\$\{\w+:[^}]*\}$/.test(value)
}

function withoutUrlPassword(value: string): string {
  return value.replaceAll(/(\w+:\/\/[^:/@\s]+):[^@\s]+@/g, '$1:•••@')
}

/** What the file would change. `${NAME}` in it matches any value, because its value is known only where the file is applied. */
export async function diffWithFile(file: string, running: ConnectorConfig): Promise<DetailedConnector['diff']> {
  const name = file.split('/').at(-1) ?? file
  try {
    const wanted = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>
    const filled = Object.entries(wanted).map(([key, value]) => [key, fill(String(value), running[key])] as const)
    const changes = diffConfig(running, Object.fromEntries(filled)).map(({ key, from, to }) => {
      const shown = (value: string | undefined) =>
        value !== undefined && isSecretKey(key) && !isReference(value)
          ? 'hidden'
          : ((value && withoutUrlPassword(value)) ?? null)
      return { key, file: shown(to), running: shown(from) }
    })
    return { file: name, changes, problem: null }
  } catch (error) {
    return { file: name, changes: [], problem: error instanceof Error ? error.message : 'cannot be read' }
  }
}

function fill(value: string, running: string | undefined): string {
  const pattern = value
    .split(/(\$\{[A-Z][A-Z0-9_]*\})/)
    .map((piece, index) => (index % 2 === 1 ? '.*' : piece.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')))
    .join('')
  return running !== undefined && new RegExp(`^${pattern}$`, 's').test(running) ? running : value
}
