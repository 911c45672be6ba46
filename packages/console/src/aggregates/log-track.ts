/** Where the binlog or the WAL ended at some moments of the last hour; a commit lies between two of them. */
export type LogPlace = {
  readonly at: number
  /** In bytes, for the rate: in the file of the binlog, or in the whole WAL. */
  readonly position: number
  readonly file?: string
  /** As the database writes it. */
  readonly text: string
  readonly gtids?: string
}

export type LogTrack = ReturnType<typeof createLogTrack>

const kept = 3_600
/** A reading takes a moment, and clocks differ: positions nearer than this prove nothing. */
const slackMs = 300

export function createLogTrack() {
  const places: LogPlace[] = []
  return {
    add(place: LogPlace): void {
      const last = places.at(-1)
      // While nothing is written, only the first and the newest of the equal positions are needed.
      const before = places.at(-2)
      if (last?.text === place.text && before?.text === place.text) places.pop()
      places.push(place)
      if (places.length > kept) places.shift()
    },
    around(committedAt: number) {
      const from = places.findLast(place => place.at < committedAt - slackMs)
      const to = places.find(place => place.at > committedAt + slackMs)
      return from === undefined || to === undefined ? undefined : { from, to }
    }
  }
}

/** What one GTID set has and an older one of the same server had not: `uuid:12` or `uuid:12-17`. */
export function newGtids(from = '', to = ''): string | undefined {
  const last = (set: string) =>
    new Map([...set.matchAll(/([\da-f-]{36})[^,]*?(\d+)(?=,|$)/gi)].map(([, id, n]) => [id, Number(n)]))
  const before = last(from)
  const added = [...last(to)].filter(([id, n]) => n > (before.get(id) ?? 0))
  if (added.length !== 1) return undefined
  const [id, end] = added[0] ?? []
  const start = (before.get(id) ?? 0) + 1
  return start === end ? `${id}:${end}` : `${id}:${start}-${end}`
}
