import autocannon from 'autocannon'

type Load = {
  /** Of the gateway. */
  readonly gateway: string
  readonly headers?: Readonly<Record<string, string>>
  readonly users: number
  /** The load goes on for so long, and at least until `during` is over. */
  readonly seconds: number
}

type Availability = {
  /** Answers by the hundreds of their status, as the load tool counts them. */
  readonly answers: Readonly<Record<'1xx' | '2xx' | '3xx' | '4xx' | '5xx', number>>
  readonly errors: number
  readonly timeouts: number
  readonly seconds: number
  readonly latencyMs: { readonly p50: number; readonly p99: number; readonly max: number }
}

const longestSeconds = 600

/** Users register items through the gateway, each about one a second, while `during` happens. */
export async function loadItems({ gateway, headers, users, seconds }: Load, during: () => Promise<void>) {
  const item = { itemName: '장미 세트', storeName: 'KJSHOP', itemPrice: 50_000, stockCnt: 5 }
  const began = performance.now()
  const ended = Promise.withResolvers<autocannon.Result>()
  const load = autocannon(
    {
      url: `${gateway}/items`,
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(item),
      connections: users,
      // One request a second of each user: people don't ask again without a pause.
      overallRate: users,
      duration: longestSeconds,
      timeout: 10
    },
    (error, result) => (error ? ended.reject(error) : ended.resolve(result))
  )
  try {
    await during()
    const left = seconds * 1_000 - (performance.now() - began)
    if (left > 0) await new Promise(resolve => setTimeout(resolve, left))
  } finally {
    load.stop()
  }
  return availabilityOf(await ended.promise)
}

function availabilityOf(result: autocannon.Result): Availability {
  const { errors, timeouts, duration: seconds, latency } = result
  const answers = {
    '1xx': result['1xx'],
    '2xx': result['2xx'],
    '3xx': result['3xx'],
    '4xx': result['4xx'],
    '5xx': result['5xx']
  }
  return { answers, errors, timeouts, seconds, latencyMs: { p50: latency.p50, p99: latency.p99, max: latency.max } }
}

/** Throws what the load tool counted beside good answers. */
export function requireAvailable({ answers, errors, timeouts }: Availability): void {
  const { '2xx': good, ...others } = answers
  const bad = Object.values(others).reduce((sum, count) => sum + count, 0) + errors + timeouts
  if (bad > 0 || good === 0) throw new Error(`not available: ${JSON.stringify({ ...answers, errors, timeouts })}`)
}
