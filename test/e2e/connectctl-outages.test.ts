import { spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { getuid } from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { createConnectApi, readConnectorFile } from '@outbox-cdc/connectctl'
import { afterAll, afterEach, beforeAll, expect, it, onTestFailed } from 'vitest'
import { freePort } from '@outbox-cdc/stack'
import { startConnectLab } from '../support/connect-lab.ts'
import type { ConnectLab } from '../support/connect-lab.ts'
import { startCuttableProxy } from '../support/cuttable-proxy.ts'
import type { CuttableProxy } from '../support/cuttable-proxy.ts'
import { eventually } from '../support/eventually.ts'
import { keep } from '../support/kept-lab.ts'
import type { KeptLab } from '../support/kept-lab.ts'
import { startOrderLoad } from '@outbox-cdc/test-support/load/order-load'
import { watchTopicOrders } from '../support/topic-orders.ts'
import type { TopicOrders } from '../support/topic-orders.ts'

// Two workers, a network to MySQL that can go silent, and a small disk for the binlog.

const figures: string[] = []
let disk: string
let diskIsSmall = false
let proxy: CuttableProxy
let lab: ConnectLab
let kept: KeptLab
let topic: TopicOrders

beforeAll(async () => {
  disk = await smallDisk()
  const mysqlArgs = [`--log-bin=${join(disk, 'binlog')}`, '--max-binlog-size=4194304']
  const jmx = await freePort()
  const jmxConfig = join(import.meta.dirname, '../../connect-config/jmx-exporter.yaml')
  lab = await startConnectLab('connectctl-outages', { workers: 2, mysqlArgs, ports: { jmx }, jmxConfig })
  proxy = await startCuttableProxy(lab.stack.mysql)
  const throughProxy = { ...lab.environment, MYSQL_PORT: String(proxy.port) }
  const file = await readConnectorFile(lab.file.path, throughProxy)
  lab = { ...lab, file }
  await lab.apply(file)
  const api = createConnectApi({ url: lab.stack.connect.urls.join(), retryForMs: 0, answerTimeoutMs: 5_000 })
  kept = await keep(lab, {
    api,
    jmxUrls: [jmx, jmx + 1].map(port => `http://127.0.0.1:${port}/metrics`),
    diskPaths: [disk],
    leastFreeBytes: 1024 * 1024
  })
  topic = await watchTopicOrders(lab.stack.kafka.brokers)
  await flows()
})

afterEach(async () => {
  onTestFailed(() => console.log(JSON.stringify([kept.log.slice(-20), kept.watched()], undefined, 1)))
  await flows()
  await eventually(
    async () => {
      const ids = topic.ids()
      expect((await lab.committedOrders()).filter(id => !ids.has(id))).toEqual([])
    },
    { timeoutMs: 30_000, everyMs: 250 }
  )
})

afterAll(async () => {
  console.log(figures.join('\n'))
  await topic?.stop()
  await kept?.keeper.stop()
  await lab?.close()
  await proxy?.close()
  if (diskIsSmall) spawnSync('umount', [disk])
  await rm(disk, { recursive: true, force: true })
})

/** A file system of 48 MiB if we may mount one; otherwise a plain folder, which no test should fill. */
async function smallDisk(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'small-disk-'))
  const mounted = getuid?.() === 0 && spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=48m', 'tmpfs', dir]).status === 0
  diskIsSmall = mounted
  return dir
}

async function flows(): Promise<void> {
  await eventually(() => expect(kept.watched().state).toBe('flowing'), { timeoutMs: 90_000 })
}

function secondsSince(start: number): string {
  return `${((Date.now() - start) / 1000).toFixed(1)} s`
}

it('shows the figures of Debezium beside its own', async () => {
  await eventually(async () => {
    const metrics = await (await fetch(`${kept.url}/metrics`)).text()
    expect(metrics).toMatch(/^connectctl_flow_age_seconds\{connector="orders-connector"\} [\d.]+$/m)
    expect(metrics).toMatch(/^debezium_mysql_connected\{server="orders_server"\} 1\.0$/m)
    expect(metrics).toMatch(/^debezium_mysql_millisecondsbehindsource\{server="orders_server"\} [\d.]+$/m)
  })
})

it('continues on the other worker when the one with the task is killed', async () => {
  const load = startOrderLoad({ send: () => lab.placeOrder(), perSecond: 100, mostOpen: 50 })
  await sleep(1_000)
  const { report: status } = kept.watched()
  const worker = typeof status === 'object' ? status.tasks[0]?.worker_id : undefined
  const part = `connect-${lab.stack.connect.urls.findIndex(url => url.endsWith(worker ?? '?')) + 1}`
  const killedAt = Date.now()
  await lab.stack.part(part).kill()
  await sleep(500) // records that were already on the way to the consumer
  const silentSince = Date.now()
  await eventually(() => expect(topic.seen.some(({ at }) => at > silentSince)).toBe(true), { timeoutMs: 60_000 })
  figures.push(`worker of two killed: flow after ${secondsSince(killedAt)}`)
  await load.stop()
  await lab.stack.part(part).start()
})

it('turns red when the network falls silent with TCP established, and heals when new connections pass', async () => {
  const load = startOrderLoad({ send: () => lab.placeOrder(), perSecond: 100, mostOpen: 50 })
  await sleep(1_000)
  const cutAt = Date.now()
  proxy.cut()
  await eventually(async () => expect((await fetch(`${kept.url}/health`)).status).toBe(503), { timeoutMs: 20_000 })
  figures.push(`silent network: red after ${secondsSince(cutAt)}`)
  const healedAt = Date.now()
  proxy.heal()
  await eventually(() => expect(topic.seen.some(({ at }) => at > healedAt)).toBe(true), { timeoutMs: 60_000 })
  figures.push(`silent network healed: flow after ${secondsSince(healedAt)}`)
  await load.stop()
})

it('names a full disk, and loses nothing when there is space again', { timeout: 240_000 }, async ({ skip }) => {
  skip(!diskIsSmall, 'a small disk needs the right to mount a tmpfs, which only root has')
  const filler = join(disk, 'filler')
  const filledAt = Date.now()
  await fill(filler)
  const load = startOrderLoad({ send: () => lab.placeOrder(), perSecond: 20, mostOpen: 50 })
  try {
    await eventually(() => expect(kept.watched().fatal?.cause).toBe('disk_full'), { timeoutMs: 30_000 })
    figures.push(`disk full: named after ${secondsSince(filledAt)}`)
    await sleep(10_000) // leave space for a few more transactions of MySQL
  } finally {
    await rm(filler) // before the load ends, because MySQL lets commits wait for space
  }
  const freedAt = Date.now()
  await load.stop()
  await flows()
  figures.push(`disk free again: flow after ${secondsSince(freedAt)}`)
})

/** Writes until the disk is full. */
async function fill(path: string): Promise<void> {
  const block = Buffer.alloc(256 * 1024)
  const until = Date.now() + 20_000
  for (let refused = false; !refused && Date.now() < until; ) {
    await writeFile(path, block, { flag: 'a' }).catch(() => (refused = true))
  }
}

it('writes no password into any log', async () => {
  const passwords = await Promise.all(
    ['connect/debezium', 'keeper'].map(name => readFile(join(lab.secretsDir, name), 'utf8'))
  )
  const logs = await Promise.all(['connect-1', 'connect-2'].map(name => readFile(lab.stack.part(name).logFile, 'utf8')))
  for (const text of [...logs, JSON.stringify(kept.log), await (await fetch(`${kept.url}/metrics`)).text()])
    for (const password of passwords) expect(text.includes(password)).toBe(false)
})
