import { readFile } from 'node:fs/promises'
import { diffConfig, isSecretKey } from '@outbox-cdc/connectctl'
import { z } from 'zod'
import { type ConnectorStatus, verdictOf } from './verdict.ts'

const part = z.object({ state: z.string(), worker: z.string().nullable(), trace: z.string().nullable() })

export const shownConnector = z
  .object({
    name: z.string(),
    type: z.string(),
    class: z.string(),
    verdict: z.object({ state: z.enum(['ok', 'slow', 'stopped']), words: z.string() }),
    connector: part,
    tasks: z.array(part.extend({ id: z.number() })),
    topicPrefix: z.string().nullable()
  })
  .meta({ id: 'Connector' })
export type ShownConnector = z.output<typeof shownConnector>

const change = z.object({ key: z.string(), file: z.string().nullable(), running: z.string().nullable() })

export const detailedConnector = shownConnector
  .extend({
    config: z.array(z.object({ key: z.string(), value: z.string(), hidden: z.boolean() })),
    offsets: z.unknown(),
    diff: z
      .object({ file: z.string(), changes: z.array(change), problem: z.string().nullable() })
      .nullable()
      .meta({ description: 'What the file would change; null where no file is known' })
  })
  .meta({ id: 'ConnectorDetail' })
export type DetailedConnector = z.output<typeof detailedConnector>

export type Expanded = { readonly status: ConnectorStatus; readonly info: { readonly config: Record<string, string> } }

/** A connector with one verdict; a trace only where something failed. */
export function showConnector({ status, info }: Expanded): ShownConnector {
  const { state, words } = verdictOf(status)
  const partOf = (one: ConnectorStatus['connector']) => ({
    state: one.state,
    worker: one.worker_id ?? null,
    trace: one.trace ?? null
  })
  return {
    name: status.name,
    type: status.type ?? 'unknown',
    class: (info.config['connector.class'] ?? '').split('.').at(-1) ?? '',
    verdict: { state, words },
    connector: partOf(status.connector),
    tasks: status.tasks.map(task => ({ id: task.id, ...partOf(task) })),
    topicPrefix: info.config['topic.prefix'] ?? null
  }
}

/** Every setting; the value of a secret stays on the server, a reference such as `${dir:…}` is no secret. */
export function maskedConfig(config: Readonly<Record<string, string>>): DetailedConnector['config'] {
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

/** What the file would change. `${NAME}` in it stands for any value: which one is the business of whoever applies it. */
export async function diffWithFile(
  file: string,
  running: Readonly<Record<string, string>>
): Promise<DetailedConnector['diff']> {
  try {
    const wanted = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>
    const filled = Object.entries(wanted).map(([key, value]) => [key, fill(String(value), running[key])] as const)
    const changes = diffConfig(running, Object.fromEntries(filled)).map(({ key, from, to }) => ({
      key,
      file: isSecretKey(key) ? hiddenUnlessReference(to) : (to ?? null),
      running: isSecretKey(key) ? hiddenUnlessReference(from) : (from ?? null)
    }))
    return { file: file.split('/').at(-1) ?? file, changes, problem: null }
  } catch (error) {
    const problem = error instanceof Error ? error.message : 'cannot be read'
    return { file: file.split('/').at(-1) ?? file, changes: [], problem }
  }
}

function hiddenUnlessReference(value: string | undefined): string | null {
  if (value === undefined) return null
  return isReference(value) ? value : 'hidden'
}

function fill(value: string, running: string | undefined): string {
  const pattern = value
    .split(/(\$\{[A-Z][A-Z0-9_]*\})/)
    .map((piece, index) => (index % 2 === 1 ? '.*' : piece.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')))
    .join('')
  return running !== undefined && new RegExp(`^${pattern}$`, 's').test(running) ? running : value
}
