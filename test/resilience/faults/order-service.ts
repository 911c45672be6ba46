import { setTimeout as sleep } from 'node:timers/promises'
import { eventually } from '../../support/eventually.ts'
import { type Balancer, startBalancer } from '../harness/balancer.ts'
import type { Bitten, Fault, How } from '../harness/fault.ts'
import type { Lab, Replica } from '../harness/lab.ts'
import { type Moment, type StatementProxy, startStatementProxy } from '../harness/statement-proxy.ts'

const healWithinMs = 10_000

export const orderService: readonly Fault[] = [
  killedAt('order-killed-between-inserts', 'between the two INSERTs', {
    statement: /insert into `?outbox/i,
    at: 'before'
  }),
  killedAt('order-killed-before-commit', 'before COMMIT', { statement: /^commit/i, at: 'before' }),
  killedAt('order-killed-after-commit', 'after COMMIT, before the answer', { statement: /^commit/i, at: 'answered' }),
  {
    name: 'rolling-restart-order',
    title: 'order-service: three behind a load balancer, each stopped by SIGTERM and started again in turn',
    healWithinMs,
    prepare: balance,
    inject: rollOrders,
    cleanup: endBalance
  }
]

type Detour = { readonly proxy: StatementProxy; readonly replica: Replica; readonly before: readonly string[] }
const detours = new WeakMap<Lab, Detour>()

/** A second order-service reaches MySQL over a proxy that sees each statement; the client uses both in turn. */
function killedAt(name: string, where: string, moment: Moment): Fault {
  return {
    name,
    title: `order-service: kill -9 exactly ${where}, five times (quick: twice)`,
    healWithinMs,
    async prepare(lab, { load }) {
      const proxy = await startStatementProxy(lab.pipeline.stack.mysql)
      const url = new URL(await lab.ordersUrl())
      url.port = String(proxy.port)
      const replica = await lab.startReplica('order-service', { MYSQL_URL: url.href })
      detours.set(lab, { proxy, replica, before: load.urls })
      load.use([...load.urls, replica.url])
    },
    inject: (lab, { quick }) => killAt(lab, moment, quick ? 2 : 5),
    async cleanup(lab, { load }) {
      const detour = detours.get(lab)
      load.use(detour?.before ?? load.urls)
      await detour?.replica.stop()
      await detour?.proxy.close()
    }
  }
}

async function killAt(lab: Lab, moment: Moment, times: number): Promise<Bitten> {
  const detour = detours.get(lab)
  if (detour === undefined) throw new Error('There is no order-service to kill')
  const { proxy, replica } = detour
  const seen: string[] = []
  let causeOverAt = 0
  for (let round = 0; round < times; round++) {
    const pid = replica.pid()
    const struck = proxy.strikeAt(moment, () => pid !== undefined && process.kill(pid, 'SIGKILL'))
    seen.push((await Promise.race([struck, sleep(10_000, 'never', { ref: false })])).slice(0, 40))
    await eventually(() => {
      if (replica.pid() !== undefined) throw new Error('it still lives')
    })
    await replica.start()
    causeOverAt = Date.now()
    await sleep(500)
  }
  const bite = seen.includes('never') ? undefined : `killed at ${seen.join(', ')}`
  return { bite, causeOverAt }
}

type Balance = {
  readonly balancer: Balancer
  readonly replicas: readonly Replica[]
  readonly before: readonly string[]
}
const balances = new WeakMap<Lab, Balance>()

async function balance(lab: Lab, { load }: How): Promise<void> {
  // Red for 3 s before it stops: the balancer looks every 100 ms, and on a busy machine not that often.
  const env = { STOP_DELAY_MS: '3000' }
  const replicas = await Promise.all([1, 2, 3].map(() => lab.startReplica('order-service', env)))
  const balancer = await startBalancer(replicas.map(({ url }) => url))
  balances.set(lab, { balancer, replicas, before: load.urls })
  load.use([balancer.url])
}

async function rollOrders(lab: Lab, { load, quick }: How): Promise<Bitten> {
  const { balancer, replicas } = balances.get(lab) ?? {}
  const refusedBefore = load.refused()
  for (let round = 0; round < (quick ? 1 : 3); round++) {
    for (const replica of replicas ?? []) {
      await replica.stop()
      await replica.start()
      await sleep(1_000)
    }
  }
  const causeOverAt = Date.now()
  const failed = load.refused() - refusedBefore
  const bite = balancer && balancer.turnedAway() >= 3 ? `requests of each: ${balancer.shares.join(', ')}` : undefined
  return { bite, causeOverAt, broken: failed === 0 ? [] : [`${failed} requests failed during a rolling restart`] }
}

async function endBalance(lab: Lab, { load }: How): Promise<void> {
  const held = balances.get(lab)
  load.use(held?.before ?? load.urls)
  await sleep(500)
  await held?.balancer.close()
  await Promise.all((held?.replicas ?? []).map(replica => replica.stop()))
}
