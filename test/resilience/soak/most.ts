import { setTimeout as sleep } from 'node:timers/promises'

/** How many orders a second the order service accepts from clients that each wait for their answer. */
export async function measureMost(url: string, ms: number): Promise<number> {
  const until = Date.now() + ms
  let accepted = 0
  const client = async (number: number) => {
    for (let order = 0; Date.now() < until; order++) {
      const response = await fetch(`${url}/order`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ name: `most ${number} ${order} ${until}`, quantity: 1 })
      }).catch(() => undefined)
      await response?.body?.cancel()
      if (response?.status === 201) accepted += 1
      else await sleep(50)
    }
  }
  await Promise.all(Array.from({ length: 32 }, (_, number) => client(number)))
  return (accepted * 1_000) / ms
}
