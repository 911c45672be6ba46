import { setTimeout as sleep } from 'node:timers/promises'
import { eventually } from '../../support/eventually.ts'
import type { Lab } from '../harness/lab.ts'
import { countUnderWay } from '../oracle/collect-evidence.ts'

const clients = 32

/** Orders a second that the whole pipeline can deliver: clients place as many as are accepted, and the last delivery ends the measurement. */
export async function measureMost(lab: Lab, ms: number): Promise<number> {
  const startedAt = Date.now()
  const placed = Array.from({ length: clients }, (_, number) => placeUntil(lab, { number, until: startedAt + ms }))
  const accepted = (await Promise.all(placed)).reduce((sum, count) => sum + count, 0)
  await eventually(
    async () => {
      if ((await countUnderWay(lab)) > 0) throw new Error('events are still under way')
    },
    { timeoutMs: 120_000, everyMs: 50 }
  )
  return (accepted * 1_000) / (Date.now() - startedAt)
}

/** A client that waits for each answer. */
async function placeUntil({ pipeline }: Lab, { number, until }: { number: number; until: number }): Promise<number> {
  const url = `${pipeline.addresses['ORDER_SERVICE_URL']}/order`
  const headers = { 'content-type': 'application/json' }
  let accepted = 0
  for (let order = 0; Date.now() < until; order++) {
    const body = JSON.stringify({ name: `most ${number} ${order} ${until}`, quantity: 1 })
    const response = await fetch(url, { method: 'POST', headers, body }).catch(() => undefined)
    await response?.body?.cancel()
    if (response?.status === 201) accepted += 1
    else await sleep(50)
  }
  return accepted
}
