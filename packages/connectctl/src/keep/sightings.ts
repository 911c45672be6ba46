import type { Lookout, Sighting } from '../source/source.ts'
import { repeat } from './repeat.ts'

const everyMs = 2_000
const nothing: Sighting = { trouble: undefined, figures: {} }

/** Looks at the database every two seconds; while it doesn't answer, nothing is seen. */
export function startSightings(open: (() => Promise<Lookout>) | undefined) {
  let lookout: Lookout | undefined
  let last = nothing
  if (open === undefined) return { last: () => last, stop: () => Promise.resolve() }
  const stop = repeat(async () => {
    try {
      lookout ??= await open()
      last = await lookout.look()
    } catch {
      lookout?.close()
      lookout = undefined
      last = nothing
    }
    return everyMs
  })
  return {
    last: () => last,
    async stop() {
      await stop()
      lookout?.close()
    }
  }
}
