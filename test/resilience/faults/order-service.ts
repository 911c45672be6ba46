import { setTimeout as sleep } from 'node:timers/promises'
import { eventually } from '../../support/eventually.ts'
import { type Balancer, startBalancer } from '../harness/balancer.ts'
import type { Injected, Fault, FaultOptions } from '../harness/fault.ts'
import type { Lab, Replica } from '../harness/lab.ts'
import { type Moment, type StatementProxy, startStatementProxy } from '../harness/statement-proxy.ts'

const healWithinMs = 10_000

export const orderService: readonly Fault[] = [
  killedAt('order-killed-before-commit', 'before MySQL gets the transaction', 'before'),
  killedAt('order-killed-during-commit', 'while MySQL runs the transaction', 'sent'),
  killedAt('order-killed-after-commit', 'after COMMIT, before the answer', 'answered'),
  {
    name: 'rolling-restart-order',
    title: 'Three order services behind a load balancer are restarted in turn with SIGTERM',
    healWithinMs,
    prepare: balance,
    inject: rollOrders,
    cleanup: endBalance
  }
]

type Detour = { readonly proxy: StatementProxy; readonly replica: Replica; readonly before: readonly string[] }
const detours = new WeakMap<Lab, Detour>()

// The order service sends all statements of an order in one text.
const wholeTransaction = /^start transaction[^]*insert into outbox[^]*commit$/i

/** Starts a second order service behind a proxy that reads each statement; the client uses both in turn. */
function killedAt(name: string, where: string, at: Moment['at']): Fault {
  return {
    name,
    title: `The order service is killed exactly ${where}, five times (quick: twice)`,
    healWithinMs,
    async prepare(lab, { load }) {
      const proxy = await startStatementProxy(lab.pipeline.stack.mysql)
      const url = new URL(await lab.ordersUrl())
      url.port = String(proxy.port)
      const replica = await lab.startReplica('order-service', { MYSQL_URL: url.href })
      detours.set(lab, { proxy, replica, before: load.urls })
      load.use([...load.urls, replica.url])
    },
    inject: (lab, { quick }) => killAt(lab, { statement: wholeTransaction, at }, quick ? 2 : 5),
    async cleanup(lab, { load }) {
      const detour = detours.get(lab)
      load.use(detour?.before ?? load.urls)
      await detour?.replica.stop()
      await detour?.proxy.close()
    }
  }
}

async function killAt(lab: Lab, moment: Moment, times: number): Promise<Injected> {
  const detour = detours.get(lab)
  if (detour === undefined) throw new Error('The second order service is missing')
  const { proxy, replica } = detour
  const seen: string[] = []
  let causeOverAt = 0
  for (let round = 0; round < times; round++) {
    const pid = replica.pid()
    const reached = proxy.runAt(moment, () => pid !== undefined && process.kill(pid, 'SIGKILL'))
    seen.push((await Promise.race([reached, sleep(60_000, 'never', { ref: false })])).slice(0, 40))
    await eventually(() => {
      if (replica.pid() !== undefined) throw new Error('it still runs')
    })
    await replica.start()
    causeOverAt = Date.now()
    await sleep(500)
  }
  const observed = seen.includes('never') ? undefined : `killed at ${seen.join(', ')}`
  return { observed, causeOverAt }
}

type Balance = {
  readonly balancer: Balancer
  readonly replicas: readonly Replica[]
  readonly before: readonly string[]
}
const balances = new WeakMap<Lab, Balance>()

async function balance(lab: Lab, { load }: FaultOptions): Promise<void> {
  // Not ready for 3 s before it stops: the balancer checks every 100 ms, less often on a busy machine.
  const env = { STOP_DELAY_MS: '3000' }
  const replicas = await Promise.all([1, 2, 3].map(() => lab.startReplica('order-service', env)))
  const balancer = await startBalancer(replicas.map(({ url }) => url))
  balances.set(lab, { balancer, replicas, before: load.urls })
  load.use([balancer.url])
  // While three services start, the first one is slow and answers some requests 503. Those were sent before the restart
  // and must not count as its failures; the client waits five seconds for an answer at most.
  await sleep(5_000)
}

async function rollOrders(lab: Lab, { load, quick }: FaultOptions): Promise<Injected> {
  const { balancer, replicas } = balances.get(lab) ?? {}
  const failures = () =>
    Object.entries(load.refusals()).reduce((sum, [how, count]) => (quick && isOverload(how) ? sum : sum + count), 0)
  const before = failures()
  for (let round = 0; round < (quick ? 1 : 3); round++) {
    for (const replica of replicas ?? []) {
      await replica.stop()
      await replica.start()
      await sleep(1_000)
    }
  }
  const causeOverAt = Date.now()
  const failed = failures() - before
  const observed =
    balancer && balancer.timesUnready() >= 3 ? `requests of each: ${balancer.shares.join(', ')}` : undefined
  return { observed, causeOverAt, broken: failed === 0 ? [] : [`${failed} requests failed during a rolling restart`] }
}

/** A busy machine, on which the quick matrix may run, also answers so without a restart. The balancer's own answer is 502. */
function isOverload(outcome: string): boolean {
  return outcome === '503' || outcome.startsWith('no answer')
}

async function endBalance(lab: Lab, { load }: FaultOptions): Promise<void> {
  const held = balances.get(lab)
  load.use(held?.before ?? load.urls)
  await sleep(500)
  await held?.balancer.close()
  await Promise.all((held?.replicas ?? []).map(replica => replica.stop()))
}
