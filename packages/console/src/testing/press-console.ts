import { setTimeout as sleep } from 'node:timers/promises'

export type Pressure = {
  readonly url: string
  readonly topic: string
  /** A topic whose values are large. */
  readonly huge: string
  readonly tabs: number
  /** How many searches follow one another; each continues where the last one ended. */
  readonly searches: number
}

/** What a page requests while it shows each screen, and how often in milliseconds. */
function questionsOf(tab: number, { topic, huge }: Pressure): readonly (readonly [path: string, everyMs: number])[] {
  const shown = tab % 2 === 0 ? topic : huge
  const screens = [
    [
      [`/api/topics/${shown}/records`, 1_000],
      [`/api/topics/${shown}`, 3_000],
      [`/api/topics/${shown}/volume`, 10_000]
    ],
    [['/api/topics', 5_000]],
    [['/api/groups', 2_000]],
    [['/api/orders', 2_000]]
  ] as const
  return [['/api/series', 5_000], ...(screens[tab % screens.length] ?? [])]
}

/** Opens the tabs, and searches for a text that no record has; returns how many records the searches read. */
export async function pressConsole(pressure: Pressure): Promise<{ readonly scanned: number }> {
  const closed = new AbortController()
  const tabs = Array.from({ length: pressure.tabs }, (_, tab) => keepOpen(tab, pressure, closed.signal))
  await sleep(3_000)
  let scanned = 0
  let before = ''
  for (let search = 0; search < pressure.searches && before !== 'end'; search++) {
    const end = await searchOnce(pressure, before)
    scanned += end.scanned
    before = end.why === 'all was searched' ? 'end' : `&before=${end.before}`
  }
  closed.abort()
  await Promise.allSettled(tabs)
  return { scanned }
}

async function keepOpen(tab: number, pressure: Pressure, signal: AbortSignal): Promise<void> {
  const { url } = pressure
  const stream = async () => {
    const { body } = await fetch(`${url}/api/flow/stream`, { signal })
    for await (const _ of body ?? []) if (signal.aborted) return
  }
  const asking = questionsOf(tab, pressure).map(async ([path, everyMs]) => {
    while (!signal.aborted) {
      await (await fetch(`${url}${path}`, { signal })).arrayBuffer()
      await sleep(everyMs, undefined, { signal })
    }
  })
  await Promise.allSettled([stream(), ...asking])
}

type End = { readonly scanned: number; readonly why: string; readonly before: string }

async function searchOnce({ url, topic }: Pressure, before: string): Promise<End> {
  const answer = await fetch(`${url}/api/topics/${topic}/search?text=nowhere${before}`)
  const text = await answer.text()
  const end = /^event: end\ndata: (.*)$/m.exec(text)?.[1]
  if (end === undefined) throw new Error(`The search did not end: ${text.slice(-300)}`)
  return JSON.parse(end) as End
}
