import { setTimeout as sleep } from 'node:timers/promises'
import { type FaultyProxy, runNode, startFaultyProxy } from '@outbox-cdc/pipeline'
import { eventually } from '../../support/eventually.ts'
import type { Injected, Fault } from '../harness/fault.ts'
import type { Lab } from '../harness/lab.ts'

type Break = (proxy: FaultyProxy, quick: boolean) => Promise<string | undefined>

export const network: readonly Fault[] = [
  {
    name: 'connection-reset',
    title: 'Every connection between Connect and MySQL is reset, three times',
    healWithinMs: 20_000,
    ...betweenConnectAndMysql(async proxy => {
      let count = 0
      for (let round = 0; round < 3; round++) {
        count += proxy.reset()
        await sleep(1_500)
      }
      return count === 0 ? undefined : `${count} connections reset`
    })
  },
  {
    name: 'cut-in-mid-packet',
    title: 'The connection between Connect and MySQL is cut in the middle of a packet, three times',
    healWithinMs: 20_000,
    ...betweenConnectAndMysql(async proxy => {
      for (let round = 0; round < 3; round++) {
        proxy.cutInMidPacket()
        await sleep(1_500)
      }
      return proxy.midPacketCuts() === 0 ? undefined : `${proxy.midPacketCuts()} connections cut in a packet`
    })
  },
  {
    name: 'latency',
    title: 'Each direction between Connect and MySQL is delayed by 300 ms for 20 s (quick: 5 s)',
    healWithinMs: 10_000,
    leastWaitMs: 250,
    ...betweenConnectAndMysql(async (proxy, quick) => {
      proxy.delay(300)
      await sleep(quick ? 5_000 : 20_000)
      proxy.delay(0)
      return `${proxy.connections()} sockets held up`
    })
  },
  {
    name: 'black-hole',
    title: 'The network between Connect and MySQL is silent for 20 s while TCP stays established (quick: 8 s)',
    healWithinMs: 40_000,
    because: 'Connect waits about 30 s for a task that hangs in a silent socket, however short the silence is',
    ...betweenConnectAndMysql(async (proxy, quick) => {
      const count = proxy.cut()
      await sleep(quick ? 8_000 : 20_000)
      proxy.heal()
      return count === 0 ? undefined : `${count} connections silent`
    })
  }
]

const proxies = new WeakMap<Lab, FaultyProxy>()

function betweenConnectAndMysql(how: Break): Pick<Fault, 'prepare' | 'inject' | 'cleanup'> {
  return {
    async prepare(lab) {
      const proxy = await startFaultyProxy(lab.pipeline.stack.mysql)
      proxies.set(lab, proxy)
      await pointConnectorAt(lab, proxy.port)
      await eventually(() => throwUnless(proxy.connections() > 0), { timeoutMs: 120_000 })
    },
    async inject(lab, { quick }): Promise<Injected> {
      const proxy = proxies.get(lab)
      const observed = proxy && (await how(proxy, quick))
      return { observed, causeOverAt: Date.now() }
    },
    async cleanup(lab) {
      await pointConnectorAt(lab, lab.pipeline.stack.mysql.port)
      await proxies.get(lab)?.close()
    }
  }
}

/** Makes the connector use another port of MySQL. */
async function pointConnectorAt({ pipeline }: Lab, port: number): Promise<void> {
  await runNode('scripts/register-connector.ts', { ...pipeline.addresses, MYSQL_PORT: String(port) })
}

function throwUnless(good: boolean): void {
  if (!good) throw new Error('Connect does not come through the proxy')
}
