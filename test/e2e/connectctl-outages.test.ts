import { spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { getuid } from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, expect, it, onTestFailed } from 'vitest'
import { cases, patience } from '../healing/cases.ts'
import { measureOnce } from '../healing/measure.ts'
import { type ConnectorLab, startConnectorLab } from '../support/connector-lab.ts'
import { eventually } from '../support/eventually.ts'
import { startOrderLoad } from '../support/load/order-load.ts'

// Two workers, a network that can fall silent between them and MySQL, and a small disk for the binlog.

const figures: string[] = []
let disk: string
let diskIsSmall = false
let lab: ConnectorLab

beforeAll(async () => {
  disk = await smallDisk()
  lab = await startConnectorLab({
    workers: 2,
    throughProxy: true,
    mysqlArgs: [`--log-bin=${join(disk, 'binlog')}`, '--max-binlog-size=4194304'],
    keeper: { diskPaths: [disk], leastFreeBytes: 1024 * 1024 }
  })
  await lab.untilFlowing()
})
afterEach(async () => {
  onTestFailed(() => console.log(JSON.stringify([lab.keeper.log.slice(-20), lab.keeper.watched()], undefined, 1)))
  await lab.untilFlowing()
  await lab.expectNoneMissing()
})
afterAll(async () => {
  console.log(figures.join('\n'))
  await lab?.close()
  if (diskIsSmall) spawnSync('umount', [disk])
  await rm(disk, { recursive: true, force: true })
})

/** 48 MiB of its own where this process may mount one; elsewhere a plain folder, which no test should try to fill. */
async function smallDisk(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'small-disk-'))
  diskIsSmall = getuid?.() === 0 && spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=48m', 'tmpfs', dir]).status === 0
  return dir
}

it("serves Debezium's figures beside the keeper's own", async () => {
  await eventually(async () => {
    const metrics = await (await fetch(`${lab.keeper.url}/metrics`)).text()
    expect(metrics).toMatch(/^connectctl_flow_age_seconds\{connector="orders-connector"\} [\d.]+$/m)
    expect(metrics).toMatch(/^debezium_mysql_connected\{server="orders_server"\} 1\.0$/m)
    expect(metrics).toMatch(/^debezium_mysql_millisecondsbehindsource\{server="orders_server"\} [\d.]+$/m)
  })
})

it.each([
  ['goes on at the other worker when the one with the task is killed', 'worker-of-two-killed'],
  ['turns red when the network is silent with TCP established, and heals when connections pass again', 'black-hole']
])('%s', async (_, name) => {
  const one = cases.find(each => each.name === name)
  if (one === undefined) throw new Error(`There is no case ${name}`)
  const { healedMs, redMs = 0 } = await measureOnce(one, lab)
  figures.push(`${one.title}: ${healedMs} ms${redMs > 0 ? `, red after ${redMs} ms` : ''}`)
  expect(healedMs, 'no newer order arrived').toBeLessThan(patience.timeoutMs)
  expect(redMs, 'the health stayed green').toBeLessThan(patience.timeoutMs)
})

it('names a full disk, and loses nothing when there is space again', async ({ skip }) => {
  skip(!diskIsSmall, 'a small disk needs the right to mount a tmpfs, which only root has')
  const filler = join(disk, 'filler')
  const filledAt = Date.now()
  await fill(filler)
  const load = startOrderLoad({ send: () => lab.placeOrder(), perSecond: 20, mostOpen: 50 })
  try {
    await eventually(() => expect(lab.keeper.watched().fatal?.cause).toBe('disk_full'))
    figures.push(`the disk is full: named after ${Date.now() - filledAt} ms`)
    await sleep(10_000) // MySQL has room for a few transactions more
  } finally {
    await rm(filler) // before the load ends: MySQL lets its commits wait for space
  }
  await load.stop()
})

/** Writes until the disk is full. */
async function fill(path: string): Promise<void> {
  const block = Buffer.alloc(256 * 1024)
  const until = Date.now() + 120_000
  for (let refused = false; !refused && Date.now() < until; ) {
    await writeFile(path, block, { flag: 'a' }).catch(() => (refused = true))
  }
}

it('writes no password into any log', async () => {
  const passwords = await Promise.all(
    ['connect/debezium', 'keeper'].map(name => readFile(join(lab.secretsDir, name), 'utf8'))
  )
  const logs = await Promise.all(['connect-1', 'connect-2'].map(name => readFile(lab.stack.part(name).logFile, 'utf8')))
  const metrics = await (await fetch(`${lab.keeper.url}/metrics`)).text()
  for (const text of [...logs, JSON.stringify(lab.keeper.log), metrics])
    for (const password of passwords) expect(text.includes(password)).toBe(false)
})
