import { setTimeout as sleep } from 'node:timers/promises'

export type FaultName = 'stop' | 'kill' | 'freeze' | 'cut' | 'duplicate' | 'replay'
export type TargetKind = 'service' | 'tool' | 'engine' | 'link' | 'topic' | 'group'

/** How a target is broken. */
export type Breakage = {
  /** What `amount` counts: for how many seconds it stays broken, or how many records are sent. Absent: it takes what it takes. */
  readonly counts?: 'seconds' | 'records'
  /** Says why it can't be broken now. */
  readonly refusal?: () => string | undefined
  /** Breaks it, and says what was done, such as `froze mysql for 10 s`. */
  readonly begin: (amount: number) => Promise<string>
  /** Makes it whole; resolves when it works again. */
  readonly end?: () => Promise<unknown>
  /** The part of `end` that must also be done when everything is about to stop. */
  readonly letGo?: () => Promise<unknown>
}

export type Target = {
  readonly name: string
  readonly kind: TargetKind
  readonly about: string
  /** The part that is broken with it: at most one fault holds a part. */
  readonly holds?: string
  readonly faults: Partial<Readonly<Record<FaultName, Breakage>>>
}

export type Fault = {
  readonly id: number
  readonly fault: FaultName
  readonly target: string
  readonly kind: TargetKind
  /** `active` until `endsAt`, then `ending` until the target works again. */
  readonly state: 'active' | 'ending' | 'over' | 'failed'
  readonly begunAt: number
  /** Null where it ends as soon as its work is done. */
  readonly endsAt: number | null
  readonly overAt: number | null
  /** What was done, or what went wrong. */
  readonly words: string
}

export type Order = {
  readonly fault: string
  readonly target: string
  readonly seconds?: unknown
  readonly records?: unknown
  /** Who asks for it, for the log. */
  readonly by: string
}

/** A request that can't be fulfilled; its message is for a person. */
export class Refused extends Error {
  readonly status: 400 | 404 | 409 | 503
  constructor(status: Refused['status'], message: string) {
    super(message)
    this.status = status
  }
}

export const bounds = { seconds: [1, 120], records: [1, 1_000] } as const
const mostRemembered = 20

type Running = { fault: Fault; readonly breakage: Breakage; readonly part: string; readonly endNow: AbortController }

/** Runs faults: each within its bounds, one for each part, and each ends by itself. */
export function createFaults(targets: () => readonly Target[], say: (line: string) => void) {
  const running = new Map<number, Running>()
  const over: Fault[] = []
  let lastId = 0
  let isClosed = false

  function begin(order: Order): Fault {
    if (isClosed) throw new Refused(503, 'Everything is being stopped.')
    const { target, breakage, fault } = find(targets(), order)
    const amount = amountOf(order, breakage)
    const part = target.holds ?? target.name
    const other = [...running.values()].find(each => each.part === part)?.fault
    if (other !== undefined)
      throw new Refused(409, `${part} is broken already (${other.fault} of ${other.target}): wait until that is over.`)
    const refusal = breakage.refusal?.()
    if (refusal !== undefined) throw new Refused(409, refusal)
    const id = ++lastId
    const begunAt = Date.now()
    const endsAt = breakage.counts === 'seconds' ? begunAt + amount * 1_000 : null
    const facts = { id, fault, target: target.name, kind: target.kind, begunAt, endsAt }
    const one: Running = {
      fault: { ...facts, state: 'active', overAt: null, words: `${fault} of ${target.name}` },
      breakage,
      part,
      endNow: new AbortController()
    }
    running.set(id, one)
    void run(one, { amount, by: order.by })
    return one.fault
  }

  async function run(one: Running, { amount, by }: { readonly amount: number; readonly by: string }): Promise<void> {
    const { breakage, endNow } = one
    const change = (changes: Partial<Fault>) => (one.fault = { ...one.fault, ...changes })
    try {
      const words = await breakage.begin(amount).catch(async error => {
        await breakage.end?.().catch(() => undefined)
        throw error
      })
      if (!isClosed) say(`playground: ${words} (asked by ${by})`)
      change({ words })
      const { endsAt } = one.fault
      if (endsAt !== null)
        await sleep(Math.max(0, endsAt - Date.now()), undefined, { signal: endNow.signal }).catch(() => undefined)
      if (isClosed) return void (await breakage.letGo?.())
      change({ state: 'ending' })
      await breakage.end?.()
      change({ state: 'over' })
      if (breakage.end !== undefined) say(`playground: ${one.part} works again`)
    } catch (error) {
      const words = `${one.fault.words}: ${error instanceof Error ? error.message : String(error)}`
      change({ state: 'failed', words })
      if (!isClosed) say(`playground: ${words}`)
    } finally {
      running.delete(one.fault.id)
      over.unshift(change({ overAt: Date.now() }))
      over.splice(mostRemembered)
    }
  }

  return {
    begin,
    /** Those that run, and the last ones that are over, newest first. */
    list: () => ({ running: [...running.values()].map(({ fault }) => fault).toReversed(), over: [...over] }),
    /** Ends one before its time. */
    end(id: number): Fault {
      const one = running.get(id)
      if (one === undefined) throw new Refused(404, `No fault ${id} is running.`)
      if (one.fault.endsAt === null) throw new Refused(409, `${one.fault.words} ends by itself, as soon as it can.`)
      one.endNow.abort()
      return one.fault
    },
    /** Ends all of them at once, without starting what was stopped: everything is about to stop. */
    async close(): Promise<void> {
      isClosed = true
      const held = [...running.values()]
      if (held.length > 0)
        say(`playground: ended ${held.map(({ fault }) => `${fault.fault} of ${fault.target}`).join(', ')}`)
      for (const { endNow } of held) endNow.abort()
      await Promise.allSettled(held.map(async ({ breakage }) => breakage.letGo?.()))
    }
  }
}

function find(targets: readonly Target[], { fault, target: name }: Order) {
  const named = targets.filter(target => target.name === name)
  if (named.length === 0)
    throw new Refused(404, `There is no target ${name}. There are: ${targets.map(target => target.name).join(', ')}.`)
  for (const target of named) {
    const [known, breakage] = Object.entries(target.faults).find(([each]) => each === fault) ?? []
    if (known !== undefined && breakage !== undefined) return { target, breakage, fault: known as FaultName }
  }
  const possible = named.flatMap(target => Object.keys(target.faults)).join(', ')
  throw new Refused(400, `${name} can't be broken by "${fault}", only by: ${possible}.`)
}

function amountOf(order: Order, { counts }: Breakage): number {
  for (const other of ['seconds', 'records'] as const)
    if (other !== counts && order[other] !== undefined) throw new Refused(400, `${order.fault} takes no ${other}.`)
  if (counts === undefined) return 0
  const [least, most] = bounds[counts]
  const amount = order[counts]
  if (typeof amount === 'number' && Number.isInteger(amount) && amount >= least && amount <= most) return amount
  throw new Refused(400, `${order.fault} takes ${counts}: a whole number from ${least} to ${most}.`)
}
