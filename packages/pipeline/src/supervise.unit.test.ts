import { expect, it, vi } from 'vitest'
import { supervise } from './supervise.ts'

const quick = { pauses: { firstPauseMs: 20, longestPauseMs: 1_000 } }

function aPartThatDies(start: () => Promise<void>) {
  const listeners: ((how: string) => void)[] = []
  const part = {
    name: 'mysql',
    start,
    kill: async () => undefined,
    onUnexpectedExit: (listener: (how: string) => void) => void listeners.push(listener)
  }
  return { part, die: () => listeners.forEach(listener => listener('SIGKILL')) }
}

it('starts a part again when it dies, and says so in one line each', async () => {
  const said: string[] = []
  const { part, die } = aPartThatDies(async () => undefined)
  const supervision = supervise(part, line => said.push(line), quick)
  die()
  await vi.waitFor(() => expect(said).toHaveLength(2))
  supervision.stop()
  expect(said[0]).toBe('mysql ended (SIGKILL); starting it again in 0.02 s')
  expect(said[1]).toMatch(/^mysql is back after/)
})

it('waits longer each time a start fails', async () => {
  const said: string[] = []
  let attempts = 0
  const { part, die } = aPartThatDies(async () => {
    attempts += 1
    if (attempts < 3) throw new Error('the disk is full')
  })
  const supervision = supervise(part, line => said.push(line), quick)
  die()
  await vi.waitFor(() => expect(attempts).toBe(3))
  supervision.stop()
  expect(said.slice(1, 3)).toEqual([
    'mysql did not start: the disk is full; starting it again in 0.04 s',
    'mysql did not start: the disk is full; starting it again in 0.08 s'
  ])
})

it('leaves a dead part alone once it was told to stop', async () => {
  const start = vi.fn(async () => undefined)
  const { part, die } = aPartThatDies(start)
  const supervision = supervise(part, () => undefined, quick)
  die()
  supervision.stop()
  await new Promise(resolve => setTimeout(resolve, 60))
  expect(start).not.toHaveBeenCalled()
})

it('leaves a part alone while it is held, and looks after it again when it was brought back', async () => {
  let starts = 0
  const said: string[] = []
  const { part, die } = aPartThatDies(async () => {
    starts += 1
    if (starts === 1) throw new Error('MySQL is away')
  })
  const supervision = supervise(part, line => said.push(line), quick)
  die()
  supervision.hold()
  die()
  await new Promise(resolve => setTimeout(resolve, 60))
  expect(starts).toBe(0)
  await expect(supervision.bringBack()).rejects.toThrow('MySQL is away')
  await vi.waitFor(() => expect(starts).toBe(2))
  die()
  await vi.waitFor(() => expect(starts).toBe(3))
  supervision.stop()
  await supervision.bringBack()
  expect(starts).toBe(3)
})
