import { explain } from '../connect/errors.ts'
import type { Engine } from '../settings/engine.ts'
import type { Heart } from '../source/source.ts'
import { repeat } from './repeat.ts'

export type HeartbeatWriterOptions = {
  readonly engine: Engine
  readonly open: () => Promise<Heart>
  readonly sender: string
  readonly everyMs: number
}

/** Writes a heartbeat a second, on a connection that it opens again after each failure. */
export function startHeartbeatWriter({ engine, open, sender, everyMs }: HeartbeatWriterOptions) {
  let heart: Heart | undefined
  let since: number | undefined
  let obstacle: string | undefined
  const stop = repeat(async () => {
    try {
      heart ??= await open()
      await heart.beat(sender)
      since ??= Date.now()
      obstacle = undefined
      return everyMs
    } catch (cause) {
      heart?.close()
      heart = undefined
      since = undefined
      obstacle = `${engine} does not take the probe (${explain(cause)})`
      return Math.min(250, everyMs)
    }
  })
  return {
    /** Since when the database takes the beats, without a gap; undefined while it does not. */
    since: () => since,
    /** Why it does not take them. */
    obstacle: () => obstacle,
    async stop() {
      await stop()
      heart?.close()
    }
  }
}
