import { InvalidArgumentError } from 'commander'
import type { StartName } from '../binlog-position.ts'

export const startNames = "'recorded' (by the outbox's migration), 'oldest' (still kept), 'now', or FILE:POSITION"

export function startPosition(text: string): StartName {
  if (text === 'recorded' || text === 'oldest' || text === 'now') return text
  const [, file, position] = /^(.+):(\d+)$/.exec(text) ?? []
  if (file === undefined) throw new InvalidArgumentError(`It takes ${startNames}.`)
  return { file, position: Number(position) }
}
