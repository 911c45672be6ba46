import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFailed } from 'vitest'
import { cases, patience } from '../healing/cases.ts'
import { measureOnce } from '../healing/measure.ts'
import { type ConnectorLab, startConnectorLab } from '../support/connector-lab.ts'
import { eventually } from '../support/eventually.ts'

// Each fault once, on one worker; npm run measure:healing repeats them and measures the times.

const figures: string[] = []
let lab: ConnectorLab

beforeAll(async () => {
  lab = await startConnectorLab({
    throughProxy: true,
    beforeConnector: placeOrder => Promise.all(Array.from({ length: 500 }, placeOrder))
  })
})
afterEach(() => lab.untilFlowing())
afterAll(async () => {
  console.log(figures.join('\n'))
  await lab?.close()
})

describe('the first start', () => {
  it('delivers the orders that were accepted before the connector existed, once each', async () => {
    await lab.expectNoneMissing()
    expect(lab.arrived().length).toBe(500)
  })

  it('delivers the orders that are accepted while the connector is deleted', async () => {
    await lab.untilFlowing()
    const before = lab.arrived().length
    await lab.api.request('DELETE', `/connectors/${lab.file.name}`)
    await lab.placeOrders(500)
    await eventually(() => expect(lab.keeper.log.map(({ message }) => message)).toContain('applying its file again'))
    await lab.expectNoneMissing()
    expect(lab.arrived().length).toBe(before + 500)
  })
})

async function healsFrom(name: string): Promise<void> {
  onTestFailed(() => console.log(JSON.stringify([lab.keeper.log.slice(-20), lab.keeper.watched()], undefined, 1)))
  const one = cases.find(each => each.name === name)
  if (one === undefined) throw new Error(`There is no case ${name}`)
  const { lost, healedMs, redMs = 0 } = await measureOnce(one, lab)
  figures.push(`${one.title}: ${healedMs} ms${redMs > 0 ? `, red after ${redMs} ms` : ''}`)
  expect(healedMs, 'no newer order arrived').toBeLessThan(patience.timeoutMs)
  expect(redMs, 'the health stayed green').toBeLessThan(patience.timeoutMs)
  expect(lost).toBe(0)
}

describe('while 200 orders a second are placed', () => {
  it.each([
    ['goes on by itself after MySQL was killed and away for 3 s', 'mysqld-away-3'],
    ['restarts a task that failed as soon as MySQL accepts a probe again', 'task-failed'],
    ['goes on when every open connection to MySQL is silent and new ones work', 'frozen-peer'],
    ['is red while MySQL is frozen, and flows again when it thaws', 'mysqld-frozen']
  ])('%s', (_, name) => healsFrom(name))

  it('goes on after the Connect worker was killed, and only logs that it is starting', async () => {
    const logged = lab.keeper.log.length
    await healsFrom('connect-killed')
    const lines = lab.keeper.log.slice(logged)
    expect(lines.filter(({ level }) => level === 'error')).toEqual([])
    expect(lines.filter(({ fields }) => fields['reason'] === 'Kafka Connect is still starting')).toHaveLength(1)
    expect(JSON.stringify(lines)).not.toContain('does not exist')
  })
})

it('leaves a paused connector alone', async () => {
  await lab.api.request('PUT', `/connectors/${lab.file.name}/pause`)
  await eventually(() => expect(lab.keeper.watched().state).toBe('paused'))
  const { actions } = lab.keeper.watched()
  await sleep(10_000) // longer than the silence that it would otherwise end
  expect(lab.keeper.watched().actions).toBe(actions)
  await lab.api.request('PUT', `/connectors/${lab.file.name}/resume`)
})
