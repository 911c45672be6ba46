import { expect, it, onTestFinished, vi } from 'vitest'
import { startControlServer } from './control-server.ts'
import { type Breakage, type Target, createFaults } from './faults.ts'

const by = 'the test'

/** A part that keeps a list of what was done to it. */
function aPart(name: string, more: Partial<Breakage> = {}) {
  const done: string[] = []
  const note = (word: string) => async () => void done.push(word)
  const freeze: Breakage = {
    counts: 'seconds',
    async begin(seconds) {
      done.push('freeze')
      return `froze ${name} for ${seconds} s`
    },
    end: note('thaw'),
    letGo: note('thaw'),
    ...more
  }
  const target: Target = { name, kind: 'service', about: '', faults: { freeze } }
  return { done, target }
}

function playground(...targets: readonly Target[]) {
  const said: string[] = []
  const faults = createFaults(
    () => targets,
    line => said.push(line)
  )
  onTestFinished(() => faults.close())
  return { faults, said }
}

it('breaks a part for a while, makes it whole again by itself, and says both', async () => {
  const { target, done } = aPart('mysql')
  const { faults, said } = playground(target)
  const { id } = faults.begin({ fault: 'freeze', target: 'mysql', seconds: 1, by: 'the console' })
  await vi.waitFor(() => expect(done).toEqual(['freeze', 'thaw']), { timeout: 20_000 })
  await vi.waitFor(() => expect(faults.list().over).toMatchObject([{ id, state: 'over' }]))
  expect(faults.list().running).toEqual([])
  expect(said).toEqual(['playground: froze mysql for 1 s (asked by the console)', 'playground: mysql works again'])
})

it('refuses what is out of bounds, unknown or not possible, in a sentence', () => {
  const { target, done } = aPart('mysql', { refusal: () => "mysql doesn't run now." })
  const { faults } = playground(target)
  const order = { fault: 'freeze', target: 'mysql', seconds: 10, by }
  const begin = (change: object) => () => faults.begin({ ...order, ...change })
  for (const seconds of [0, -1, 121, 1.5, Number.NaN, '10', null, undefined])
    expect(begin({ seconds }), String(seconds)).toThrow('freeze takes seconds: a whole number from 1 to 120.')
  expect(begin({ records: 3 })).toThrow('freeze takes no records.')
  expect(begin({ target: 'oracle' })).toThrow('There is no target oracle. There are: mysql.')
  expect(begin({ fault: 'burn' })).toThrow(`mysql can't be broken by "burn", only by: freeze.`)
  expect(begin({ fault: 'constructor' })).toThrow('only by: freeze')
  expect(begin({})).toThrow("mysql doesn't run now.")
  expect(done).toEqual([])
})

it('breaks a part in one way at a time, also where two targets hold it', async () => {
  const [service, other] = [aPart('customer-service').target, aPart('mysql').target]
  const group: Target = { ...aPart('customers').target, holds: 'customer-service' }
  const { faults } = playground(service, other, group)
  const begin = (target: string) => faults.begin({ fault: 'freeze', target, seconds: 100, by })
  const { id } = begin('customer-service')
  expect(() => begin('customer-service')).toThrow(
    'customer-service is broken already (freeze of customer-service): wait until that is over.'
  )
  expect(() => begin('customers')).toThrow('customer-service is broken already')
  begin('mysql')
  faults.end(id)
  await vi.waitFor(() => expect(faults.list().running).toMatchObject([{ target: 'mysql', state: 'active' }]))
  begin('customers')
  expect(() => faults.end(id)).toThrow(`No fault ${id} is running.`)
})

it('ends every fault at once when everything stops, and begins no other', async () => {
  const { target, done } = aPart('mysql')
  const { faults, said } = playground(target)
  faults.begin({ fault: 'freeze', target: 'mysql', seconds: 100, by })
  await vi.waitFor(() => expect(said).toHaveLength(1))
  await faults.close()
  expect(done).toContain('thaw')
  expect(said.at(-1)).toBe('playground: ended freeze of mysql')
  expect(() => faults.begin({ fault: 'freeze', target: 'mysql', seconds: 1, by })).toThrow(
    'Everything is being stopped.'
  )
})

it('says what went wrong, and that the fault is over then', async () => {
  const { target } = aPart('mysql', { begin: () => Promise.reject(new Error('no such process')) })
  const { faults, said } = playground(target)
  faults.begin({ fault: 'freeze', target: 'mysql', seconds: 1, by })
  await vi.waitFor(() => expect(faults.list().over).toMatchObject([{ state: 'failed' }]))
  expect(said).toEqual(['playground: freeze of mysql: no such process'])
})

it('answers only requests with the token, on loopback, and explains what it refuses', async () => {
  const { target } = aPart('mysql')
  const { faults } = playground(target)
  const server = await startControlServer({ token: 'secret', faults, targets: () => [target] })
  onTestFinished(() => server.close())
  expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
  const ask = async (what: string, { token = 'secret', body }: { token?: string; body?: unknown } = {}) => {
    const [method = '', path = ''] = what.split(' ')
    const answer = await fetch(server.url + path, {
      method,
      headers: { authorization: `Bearer ${token}` },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) })
    })
    return { status: answer.status, body: JSON.parse(await answer.text()) }
  }
  const order = { fault: 'freeze', target: 'mysql', seconds: 100 }
  expect(await ask('POST /faults', { token: 'guess', body: order })).toMatchObject({ status: 401 })
  expect(await ask('GET /targets', { token: '' })).toMatchObject({ status: 401 })
  expect(faults.list().running).toEqual([])
  const [least, most] = [1, 120]
  expect(await ask('GET /targets')).toMatchObject({
    status: 200,
    body: {
      targets: [{ name: 'mysql', kind: 'service', faults: [{ fault: 'freeze', counts: 'seconds', least, most }] }]
    }
  })
  for (const body of ['{', '[]', 'null', 'x'.repeat(3_000), { ...order, by: 'a\nb' }, { ...order, more: 1 }])
    expect(await ask('POST /faults', { body }), JSON.stringify(body)).toMatchObject({ status: 400 })
  expect(await ask('POST /faults', { body: { ...order, seconds: 1_000 } })).toMatchObject({ status: 400 })
  expect(await ask('POST /faults', { body: { ...order, target: 'moon' } })).toMatchObject({ status: 404 })
  const begun = await ask('POST /faults', { body: order })
  expect(begun).toMatchObject({ status: 201, body: { target: 'mysql', state: 'active' } })
  expect(await ask('POST /faults', { body: order })).toMatchObject({ status: 409 })
  expect(await ask('GET /faults')).toMatchObject({ body: { running: [{ target: 'mysql' }] } })
  expect(await ask(`DELETE /faults/${begun.body.id}`)).toMatchObject({ status: 200 })
  expect(await ask('GET /')).toMatchObject({ status: 404 })
})
