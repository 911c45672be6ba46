import type { ConnectorConfig } from '../connect-api.ts'
import { error, warning } from './finding.ts'
import type { Finding } from './finding.ts'
import { knownSettings, openPrefixes } from './known-settings.ts'

const renamed: Readonly<Record<string, string>> = {
  'transforms.unwrap.delete.handling.mode': 'transforms.unwrap.delete.tombstone.handling.mode',
  'transforms.unwrap.drop.tombstones': 'transforms.unwrap.delete.tombstone.handling.mode',
  'database.server.name': 'topic.prefix',
  'database.history.kafka.topic': 'schema.history.internal.kafka.topic',
  'database.history.kafka.bootstrap.servers': 'schema.history.internal.kafka.bootstrap.servers',
  'database.whitelist': 'database.include.list',
  'table.whitelist': 'table.include.list'
}

/** Connect accepts any key and ignores unknown ones, so a misspelt key silently leaves the default. */
export function checkNames(config: ConnectorConfig): readonly Finding[] {
  return Object.keys(config).flatMap(key => {
    const now = renamed[key]
    if (now !== undefined) return [error(key, `is no longer read: its new name is ${now}`)]
    if (key in knownSettings) return []
    const meant = nearest(key)
    if (meant !== undefined) return [error(key, `is not a setting; did you mean ${meant}?`)]
    if (openPrefixes.some(prefix => key.startsWith(prefix))) return []
    return [warning(key, 'is not a setting that this tool knows; Connect ignores unknown keys')]
  })
}

function nearest(key: string): string | undefined {
  const allowed = key.length > 12 ? 2 : 1
  return Object.keys(knownSettings).find(known => {
    if (Math.abs(known.length - key.length) > allowed) return false
    return editDistance(known, key) <= allowed && !isNumberedTwin(known, key)
  })
}

/** Keys under an open prefix may be close to a known one, such as `converters` and `converters.x`. */
function isNumberedTwin(known: string, key: string): boolean {
  return key.startsWith(`${known}.`)
}

export function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const swap = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next[j] = Math.min(swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1)
    }
    row = next
  }
  return row[b.length] ?? 0
}
