import { describe, expect, it } from 'vitest'
import { noRegistry, useRegistry } from '@outbox-cdc/test-support/use-registry'
import { commands } from './commands.ts'

const registry = useRegistry()

async function run(name: string): Promise<{ readonly code: number | undefined; readonly said: string }> {
  const lines: string[] = []
  const given = {
    registry: registry().url,
    runningRegistry: async () => undefined,
    say: (line: string) => void lines.push(line)
  }
  const code = await commands[name]?.(given)
  return { code, said: lines.join('\n') }
}

async function ask(path: string, method = 'GET', body?: object): Promise<unknown> {
  const headers = { 'Content-Type': 'application/json' }
  const response = await fetch(registry().url + path, { method, headers, ...(body && { body: JSON.stringify(body) }) })
  return response.json()
}

describe.skipIf(noRegistry !== undefined)('npm run schemas, by a real registry', () => {
  it('checks what is new, registers it, and finds it there again', async () => {
    expect(await run('check')).toMatchObject({ code: 0, said: expect.stringContaining('order.order_created: new') })
    expect(await run('diff')).toMatchObject({ code: 1 })
    expect(await run('register')).toMatchObject({ code: 0, said: expect.stringMatching(/has the id \d+/) })
    expect(await run('check')).toMatchObject({ code: 0, said: expect.stringContaining('as it was, read by delivery') })
    expect(await run('diff')).toMatchObject({ code: 0 })
    expect(await run('register')).toMatchObject({ code: 0 })
    expect(await ask('/subjects/order.order_created/versions')).toEqual([1])
  })

  it('says what the registry refuses that no rule of ours does, and what it was not asked for', async () => {
    await ask('/config/order.order_created', 'PUT', { compatibility: 'NONE' })
    expect(await run('register')).toMatchObject({
      code: 1,
      said: expect.stringMatching(/^✗ The schema of order\.order_created was refused: .*BACKWARD.*NONE/)
    })
    await ask('/config/order.order_created', 'PUT', { compatibility: 'BACKWARD' })
  })

  it('refuses a change with its field, its rule and its readers, and registers nothing', async () => {
    const fields = [{ name: 'quantity', type: 'string' }]
    const schema = JSON.stringify({ type: 'record', name: 'order_created', namespace: 'order', fields })
    await ask('/config/order.order_created', 'PUT', { compatibility: 'NONE' })
    await ask('/subjects/order.order_created/versions', 'POST', { schema })
    await ask('/config/order.order_created', 'PUT', { compatibility: 'BACKWARD' })
    for (const command of ['check', 'register']) {
      const { code, said } = await run(command)
      expect(code).toBe(1)
      expect(said).toContain('changed, read by delivery-service')
      expect(said).toContain('quantity was written as string and is read as long (BACKWARD:')
      expect(said).toContain('name is read without a default, and was not written (BACKWARD:')
      expect(said).toContain('(delivery-service could not read what lies in the topic already)')
    }
    expect(await ask('/subjects/order.order_created/versions')).toHaveLength(2)
  })
})
