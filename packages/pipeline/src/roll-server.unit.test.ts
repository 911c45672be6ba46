import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { loadSystem } from './load-system.ts'
import { requestRoll } from './request-roll.ts'
import { rollFile, startRollServer } from './roll-server.ts'
import type { Settings } from './settings.ts'

async function serve() {
  const dir = await mkdtemp(join(tmpdir(), 'roll-'))
  onTestFinished(() => rm(dir, { recursive: true }))
  const done: string[] = []
  const part = (name: string) => ({
    part: { name, pid: () => 1, stop: async () => void done.push(`${name} stops`) },
    supervision: { hold: () => undefined, bringBack: async () => void done.push(`${name} is ready`) }
  })
  const settings = { system: await loadSystem('flower-delivery'), replicas: { item: 2 }, dir } as unknown as Settings
  const server = await startRollServer(settings, ['item', 'item-2', 'shop'].map(part), () => undefined)
  return { dir, done, server }
}

it('replaces the replicas of a service for who can read its file, and says what it does', async () => {
  const { dir, done, server } = await serve()
  expect((await stat(rollFile(dir))).mode & 0o777).toBe(0o600)
  const said: string[] = []
  await requestRoll(dir, 'item', line => said.push(line))
  expect(done).toEqual(['item stops', 'item is ready', 'item-2 stops', 'item-2 is ready'])
  expect(said.map(line => line.split(' ')[0])).toEqual(['item', 'item-2'])
  await server.close()
  await expect(requestRoll(dir, 'item', () => undefined)).rejects.toThrow('Nothing is running here.')
})

it('refuses a service that would be away meanwhile, and one that is not there', async () => {
  const { dir, done, server } = await serve()
  onTestFinished(() => server.close())
  await expect(requestRoll(dir, 'shop', () => undefined)).rejects.toThrow(
    'shop has one process, so it would be away meanwhile. Start it with replicas: npm start -- flower-delivery --replicas shop=2'
  )
  await expect(requestRoll(dir, 'florist', () => undefined)).rejects.toThrow('There is no service "florist".')
  expect(done).toEqual([])
})
