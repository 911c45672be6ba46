import { expect, it } from 'vitest'
import { roll } from './roll.ts'

function replicas(count: number, { failsAt = '', isAway = false } = {}) {
  const done: string[] = []
  const all = Array.from({ length: count }, (_, at) => {
    const name = `item-${at + 1}`
    let pid: number | undefined = isAway ? undefined : at + 1
    return {
      part: { name, pid: () => pid, stop: async () => void (done.push(`${name} stops`), (pid = undefined)) },
      supervision: {
        hold: () => void done.push(`${name} is left alone`),
        async bringBack() {
          if (name === failsAt) throw new Error(`${name} did not answer`)
          pid = at + 101
          done.push(`${name} is ready`)
        }
      }
    }
  })
  return { all, done }
}

it('replaces one replica after the other, each once its predecessor is ready', async () => {
  const { all, done } = replicas(2)
  const said: string[] = []
  await roll(all, line => said.push(line))
  const turn = (name: string) => [`${name} is left alone`, `${name} stops`, `${name} is ready`]
  expect(done).toEqual([...turn('item-1'), ...turn('item-2')])
  expect(said[1]).toMatch(/^item-2 was replaced after [\d.]+ s \(pid 2 → 102\)$/)
})

it('leaves the others as they are when a new process does not get ready', async () => {
  const { all, done } = replicas(3, { failsAt: 'item-2' })
  await expect(roll(all, () => undefined)).rejects.toThrow('item-2 did not answer')
  expect(done.join()).not.toContain('item-3')
})

it('does not begin while a replica is away', async () => {
  const { all, done } = replicas(2, { isAway: true })
  await expect(roll(all, () => undefined)).rejects.toThrow("item-1 doesn't run now: wait until it's back.")
  expect(done).toEqual([])
})
