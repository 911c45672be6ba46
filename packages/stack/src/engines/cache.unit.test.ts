import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { cachedEngine } from './cache.ts'

describe('the cache of engines', () => {
  let dir = ''
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'engines-'))
    vi.stubEnv('OUTBOX_CDC_CACHE', dir)
  })
  afterEach(async () => {
    vi.unstubAllEnvs()
    await rm(dir, { recursive: true })
  })

  it('fetches an engine once', async () => {
    const fetch = vi.fn((building: string) => writeFile(join(building, 'engine.jar'), 'bytes'))
    const first = await cachedEngine('kafka', fetch)
    expect(await cachedEngine('kafka', fetch)).toBe(first)
    expect(await readFile(join(first, 'engine.jar'), 'utf8')).toBe('bytes')
    expect(fetch).toHaveBeenCalledTimes(1)
  })

  it('leaves nothing in the cache when a fetch fails halfway', async () => {
    const cut = cachedEngine('kafka', async building => {
      await writeFile(join(building, 'half.jar'), 'by')
      throw new Error('network away')
    })
    await expect(cut).rejects.toThrow('network away')
    expect(await readdir(dir)).toEqual([])
  })

  it('removes what a killed fetch left, but not a fetch that still runs', async () => {
    const ofDead = join(dir, 'kafka.building-999999999')
    const ofLiving = join(dir, 'kafka.building-1')
    await mkdir(ofDead)
    await mkdir(ofLiving)
    await cachedEngine('kafka', async () => undefined)
    expect([existsSync(ofDead), existsSync(ofLiving)]).toEqual([false, true])
  })

  it('keeps the first result when two clones fetch at the same time', async () => {
    const engine = await cachedEngine('kafka', async building => {
      await mkdir(join(dir, 'kafka'))
      await writeFile(join(dir, 'kafka', 'engine.jar'), 'of the other clone')
      await writeFile(join(building, 'engine.jar'), 'ours')
    })
    expect(await readFile(join(engine, 'engine.jar'), 'utf8')).toBe('of the other clone')
    expect(await readdir(dir)).toEqual(['kafka'])
  })
})
