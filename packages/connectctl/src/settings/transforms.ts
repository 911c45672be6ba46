import type { ConnectorConfig } from '../connect/connect-api.ts'
import { itemsOf } from './captured-tables.ts'

export type Transform = { readonly key: string; readonly type: string }

export function transformsOf(config: ConnectorConfig): readonly Transform[] {
  return itemsOf(config['transforms'])
    .map(name => `transforms.${name}`)
    .map(key => ({ key, type: config[`${key}.type`] ?? '' }))
}

/** Debezium's Outbox Event Router. */
export function routerOf(config: ConnectorConfig): Transform | undefined {
  return transformsOf(config).find(({ type }) => type.endsWith('.EventRouter'))
}

/** Whether a transform gets the records of a topic. */
export function reaches(config: ConnectorConfig, { key }: Transform, topic: string): boolean {
  const predicate = config[`${key}.predicate`]
  if (predicate === undefined || !config[`predicates.${predicate}.type`]?.endsWith('.TopicNameMatches')) return true
  return fits(config[`predicates.${predicate}.pattern`], topic) !== (config[`${key}.negate`] === 'true')
}

export function fits(pattern: string | undefined, name: string, flags = ''): boolean {
  try {
    return new RegExp(`^(?:${pattern ?? ''})$`, flags).test(name)
  } catch {
    return true // Java has syntax that JavaScript lacks
  }
}
