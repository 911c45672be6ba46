import { setTimeout as sleep } from 'node:timers/promises'
import { type HttpConnections, openHttpConnections } from '@outbox-cdc/test-support/load/http-connections'
import { startOrderLoad } from '@outbox-cdc/test-support/load/order-load'

/** One purchase, quoted and confirmed without a pause between the two. Times are milliseconds since 1970. */
export type Bought = {
  readonly due: number
  readonly answered: number
  /** Of the last answer; 0 without one. */
  readonly status: number
  /** 0 where there was no quote. */
  readonly id: number
  readonly accepted: boolean
}

type Plan = { readonly url: string; readonly perSecond: number; readonly seconds: number }

const order = JSON.stringify({ buyerName: 'Kim', productName: 'Chair', quantity: 2 })
const answerWithinMs = 5_000

/** Buyers who come at even intervals, whether or not earlier ones were served. Each tries once. */
export async function buy({ url, perSecond, seconds }: Plan): Promise<readonly Bought[]> {
  const connections = openHttpConnections(url, { most: 200, answerWithinMs })
  const bought: Bought[] = []
  const send = async (dueMicros: number) => {
    const outcome = await purchase(connections)
    bought.push({ due: dueMicros / 1_000, answered: performance.timeOrigin + performance.now(), ...outcome })
  }
  const load = startOrderLoad({ send, perSecond, count: Math.round(perSecond * seconds) })
  await load.allDue
  await Promise.race([load.idle(), sleep(2 * answerWithinMs)])
  connections.close()
  await load.idle()
  return bought.toSorted((a, b) => a.due - b.due)
}

async function purchase(connections: HttpConnections): Promise<Pick<Bought, 'status' | 'id' | 'accepted'>> {
  let id = 0
  try {
    const quoted = await connections.post({ path: '/purchases', body: order })
    if (quoted.status !== 201) return { status: quoted.status, id, accepted: false }
    id = Number(/"id":(\d+)/.exec(quoted.body)?.[1] ?? 0)
    const { status } = await connections.post({ path: `/purchases/${id}/confirm`, body: '{}' })
    return { status, id, accepted: status === 200 }
  } catch {
    return { status: 0, id, accepted: false }
  }
}
