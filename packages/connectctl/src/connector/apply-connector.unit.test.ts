import { expect, it } from 'vitest'
import type { ConnectApi } from '../connect/connect-api.ts'
import { sourceOf } from './source-of.ts'
import { applyConnector } from './apply-connector.ts'

/** Connect with the connector `shop`, whose task runs after its settings change, and dies `diesAfterMs` later. */
function connectWith(diesAfterMs: number): ConnectApi {
  let changedAt: number | undefined
  const statusNow = () => {
    const isDead = changedAt !== undefined && Date.now() - changedAt > diesAfterMs
    const task = isDead ? { state: 'FAILED', trace: 'a.B: broken' } : { state: 'RUNNING' }
    return { name: 'shop', connector: { state: 'RUNNING' }, tasks: [{ id: 0, ...task }] }
  }
  const answers: Readonly<Record<string, () => unknown>> = {
    'GET /connectors/shop/config': () => ({ a: '1' }),
    'PUT /connector-plugins//config/validate': () => ({ configs: [] }),
    'PUT /connectors/shop/config': () => {
      changedAt = Date.now()
    },
    'GET /connectors/shop/status': statusNow
  }
  return {
    url: '',
    request: async <T>(method: string, path: string) => answers[`${method} ${path}`]?.() as T
  }
}

const file = { name: 'shop', config: { a: '2' } }
const source = {
  ...sourceOf({}, {}),
  beginningAt: () => Promise.reject(new Error('not asked'))
}

it('does not say that every task runs when one dies three seconds later', async () => {
  await expect(applyConnector(connectWith(3_000), file, { source })).rejects.toThrow('task 0 failed: B: broken')
}, 15_000)

it('deletes a new connector that cannot begin anywhere', async () => {
  const sent: string[] = []
  let exists = false
  const request = async <T>(method: string, path: string): Promise<T> => {
    sent.push(`${method} ${path}`)
    if (method === 'POST') exists = true
    if (method === 'DELETE') exists = false
    const answers: Readonly<Record<string, unknown>> = {
      '/connectors/shop/status': exists ? { connector: { state: 'STOPPED' }, tasks: [] } : undefined,
      '/connectors/shop/offsets': { offsets: [] },
      '/connector-plugins//config/validate': { configs: [] }
    }
    return answers[path] as T
  }
  await expect(applyConnector({ url: '', request }, file, { source })).rejects.toThrow('not asked')
  expect(sent.at(-1)).toBe('DELETE /connectors/shop')
})
