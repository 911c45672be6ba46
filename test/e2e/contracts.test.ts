import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { allSystems, edgesOf } from '@outbox-cdc/contracts'
import { freePort, livingProcesses, noPostgres } from '@outbox-cdc/stack'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { get } from '../support/http.ts'
import { type RunningScript, runScriptWith } from '../support/run-script.ts'

if (noPostgres !== undefined) console.log(`· skipped: ${noPostgres}`)

describe.skipIf(noPostgres !== undefined)('npm run contracts', () => {
  let dir: string
  let port: number
  let broker: RunningScript
  const run = (...args: readonly string[]) =>
    runScriptWith('scripts/contracts.ts', { DATA_DIR: dir, CONTRACTS_PORT: String(port) }, args)
  const ask = (path: string) => get(`http://127.0.0.1:${port}${path}`)

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'contracts-'))
    port = await freePort()
    broker = run()
    await broker.says(/Contracts: http:\/\/127\.0\.0\.1:\d+\n/)
  })
  afterAll(async () => {
    broker?.child.kill('SIGTERM')
    await broker?.ended()
    await rm(dir, { recursive: true, force: true })
  })

  it('checks every service, and says that all can be deployed together', async () => {
    const check = run('check')
    expect(await check.ended(), check.output()).toBe(0)
    const edges = edgesOf(await allSystems())
    for (const { name } of edges.map(({ provider }) => provider))
      expect(check.output()).toContain(`✓ ${name} keeps its contracts\n`)
    const deployed = check.output().split('Deployed together:')[1]
    for (const { name } of edges.flatMap(({ consumer, provider }) => [consumer, provider]))
      expect(deployed).toContain(`✓ ${name}\n`)
  })

  it('shows every edge of the systems in the network, verified, and no other', async () => {
    const edges = edgesOf(await allSystems()).map(({ consumer, provider, kind }) => ({
      from: consumer.name,
      to: provider.name,
      kind,
      status: 'verified'
    }))
    const { body } = await ask('/api/graph')
    const inOrder = (list: readonly object[]) => list.map(edge => JSON.stringify(edge)).toSorted()
    const shown: (typeof edges)[number][] = body.edges
    expect(inOrder(shown.map(({ from, to, kind, status }) => ({ from, to, kind, status })))).toEqual(inOrder(edges))
  })

  it('starts a killed database again, says so, and has every contract as before', async () => {
    const { body: before } = await ask('/api/contracts')
    const database = (await livingProcesses(join(dir, 'run'))).find(({ name }) => name === 'postgres')
    process.kill(database?.pid ?? 0, 'SIGKILL')
    await broker.says(/! postgres ended \(SIGKILL\); starting it again in 0\.5 s\n/)
    await broker.says(/! postgres is back after \d+\.\d s\n/)
    await eventually(async () => expect((await ask('/api/contracts')).body).toEqual(before))
    expect(before.items.length).toBeGreaterThan(20)
  })

  it('says in one line who has its port, and which broker does not answer', async () => {
    const second = runScriptWith('scripts/contracts.ts', {
      DATA_DIR: join(dir, 'second'),
      CONTRACTS_PORT: String(port)
    })
    expect(await second.ended()).toBe(1)
    expect(second.output()).toMatch(
      /^✗ Port \d+, wanted for the contract broker, is taken by \w+ \(pid \d+\)\. End it, or choose another port \(CONTRACTS_PORT=N npm run contracts\)\.\n$/
    )
    const url = `http://127.0.0.1:${await freePort()}`
    const lost = runScriptWith('scripts/contracts.ts', { DATA_DIR: dir, PACT_BROKER_BASE_URL: url }, ['check'])
    expect(await lost.ended()).toBe(1)
    expect(lost.output()).toBe(
      `✗ No contract broker answers at ${url} (PACT_BROKER_BASE_URL). Start it, or unset the variable.\n`
    )
  })
})
