import type { FlowState } from '@outbox-cdc/connectctl'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { running } from '../testing/a-healthy-pipeline.ts'
import { diffWithFile, maskedConfig, showConnector } from './show-connector.ts'

async function aFile(config: object): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'connector-'))
  onTestFinished(() => rm(dir, { recursive: true }))
  await writeFile(join(dir, 'orders.json'), JSON.stringify(config))
  return join(dir, 'orders.json')
}

describe('a connector', () => {
  const info = { name: 'x', config: {} }

  it.each<[FlowState, string]>([
    ['flowing', 'ok'],
    ['paused', 'slow'],
    ['starting', 'slow'],
    ['unknown', 'unknown'],
    ['silent', 'stopped'],
    ['failed', 'stopped']
  ])('that is %s is shown as %s, with the reason', (flow, state) => {
    const { verdict } = showConnector({ status: running, info }, { state: flow, reason: 'why' })
    expect(verdict).toEqual({ state, flow, words: `${flow}: why` })
  })
})

describe('the settings', () => {
  it('never show a secret, but show where it is kept', () => {
    const shown = maskedConfig({
      'database.password': 'hunter2',
      'sasl.jaas.config': 'x password="hunter2"',
      'some.token': '${file:/run/secrets:token}',
      'registry.url': 'http://user:hunter2@host/'
    })
    expect(JSON.stringify(shown)).not.toContain('hunter2')
    expect(shown.find(({ key }) => key === 'some.token')?.value).toBe('${file:/run/secrets:token}')
  })
})

describe('the difference from the file', () => {
  it('takes a reference for any value, and secrets for equal', async () => {
    const file = await aFile({
      'database.hostname': '${MYSQL_HOST}',
      url: 'x:${PORT}/y',
      'max.batch.size': '1',
      'database.password': '${DEB}'
    })
    const config = {
      'database.hostname': 'db.example',
      url: 'x:99/y',
      'max.batch.size': '2048',
      'database.password': '****',
      name: 'orders'
    }
    expect(await diffWithFile(file, config)).toEqual({
      file: 'orders.json',
      problem: null,
      changes: [{ key: 'max.batch.size', file: '1', running: '2048' }]
    })
  })

  it('never shows the password of a URL', async () => {
    const file = await aFile({ 'registry.url': 'http://user:hunter3@host/' })
    const diff = await diffWithFile(file, { 'registry.url': 'http://user:hunter2@host/' })
    expect(diff?.changes).toHaveLength(1)
    expect(JSON.stringify(diff)).not.toContain('hunter')
  })

  it('says so when the file cannot be read', async () => {
    expect((await diffWithFile('/nowhere/orders.json', {}))?.problem).toMatch(/ENOENT/)
  })
})
