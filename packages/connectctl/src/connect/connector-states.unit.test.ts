import { expect, it } from 'vitest'
import type { ConnectApi } from './connect-api.ts'
import { halt, joinVerdicts, readReport, resume, waitUntilRunning } from './connector-states.ts'
import { ConnectctlError } from './errors.ts'

/** A cluster that answers each path with that value, with "no such thing", or with an error. */
function cluster(answers: Readonly<Record<string, unknown>>): ConnectApi {
  return {
    url: 'http://connect',
    request: async (_method, path) => {
      const answer = answers[path]
      if (answer instanceof Error) throw answer
      return answer as never
    }
  }
}

const part = { state: 'RUNNING', worker_id: 'w' } as const
const status = { name: 'orders', type: 'source', connector: part, tasks: [{ id: 0, ...part }] }
const loading = new ConnectctlError('CONNECT_STARTING', 'still starting')

it.each([
  ['the status where there is one', { '/connectors/orders/status': status }, status],
  ['starting while the worker knows none of its paths', { '/connectors/orders/status': loading }, 'starting'],
  ['starting while the connector has no status yet', { '/connectors/orders': {} }, 'starting'],
  ['starting while the worker has not read its topics', { '/health': { status: 'starting' } }, 'starting'],
  ['missing once the worker is ready', { '/health': { status: 'healthy' } }, 'missing'],
  ['missing where the worker is too old for /health', {}, 'missing'],
  ['unreachable', { '/connectors/orders/status': new ConnectctlError('CONNECT_UNREACHABLE', 'gone') }, 'unreachable']
])('reports %s', async (_what, answers, expected) => {
  expect(await readReport(cluster(answers), 'orders')).toEqual({ report: expected })
})

it("lists the keeper's verdict where it has one, and else what Connect says, the worst first", () => {
  const info = { name: '', config: {} }
  const other = { ...status, name: 'other' }
  const kept = [{ name: 'orders', state: 'flowing', reason: 'last probe 0.5 s ago' } as const]
  const states = joinVerdicts(
    [
      { status, info },
      { status: other, info }
    ],
    kept
  )
  expect(states.map(({ name, state }) => `${name} ${state}`)).toEqual(['other unknown', 'orders flowing'])
  expect(states[0]?.advice).toMatch(/--keeper or KEEPER_URL/)
})

it('waits longer for a failure that was there before than for a new one', async () => {
  const failed = { ...status, tasks: [{ id: 0, ...part, state: 'FAILED', trace: 'a.Old: wrong password' }] }
  let asked = 0
  const path = '/connectors/orders/status'
  const healing = { ...cluster({}), request: async () => (asked++ < 3 ? failed : status) as never }
  await waitUntilRunning(healing, 'orders', { settleMs: 0, oldTrace: 'a.Old: wrong password' })
  const broken = waitUntilRunning(cluster({ [path]: failed }), 'orders', { settleMs: 0, oldTrace: 'another' })
  await expect(broken).rejects.toThrow('Old: wrong password')
})

const failedConnector = { ...status, connector: { ...part, state: 'FAILED', trace: 'a.Config: no topics' }, tasks: [] }

const waits = (api: ConnectApi, timeoutMs: number) => [
  halt(api, 'orders', { verb: 'stop', timeoutMs }),
  halt(api, 'orders', { verb: 'pause', timeoutMs }),
  resume(api, 'orders', { timeoutMs })
]

it('says at once why a connector that failed can be neither stopped nor paused nor resumed', async () => {
  let asked = 0
  const request = async () => (asked++ < 3 ? status : failedConnector) as never
  const why = 'orders: the connector failed: Config: no topics'
  const refused = waits({ ...cluster({}), request }, 60_000).map(wait => expect(wait).rejects.toThrow(why))
  await Promise.all(refused)
})

it('waits no longer than it may until a connector stops, pauses or runs', async () => {
  const starting = { ...status, tasks: [{ id: 0, ...part, state: 'UNASSIGNED' }] }
  const api = cluster({ '/connectors/orders/status': starting })
  await Promise.all(waits(api, 500).map(wait => expect(wait).rejects.toThrow('within 0.5 s')))
})
