import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { eventually } from '@outbox-cdc/test-support/eventually'
import { niceValue } from './give-way.ts'
import { type Part, type PartSpec, createPart } from './part.ts'
import { endProcess, livingProcesses } from './process-record.ts'

describe('a part', () => {
  let dir = ''
  let part: Part | undefined
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'part-'))
  })
  afterEach(async () => {
    await part?.kill()
    await rm(dir, { recursive: true })
  })

  async function saidUp(): Promise<void> {
    expect(await readFile(join(dir, 'logs/p.log'), 'utf8')).toContain('up')
  }

  function aPart(script: string, { answers = saidUp, ...more }: Partial<PartSpec> = {}): Part {
    part = createPart({
      ...more,
      name: 'p',
      command: process.execPath,
      args: ['-e', script],
      dir,
      answers
    })
    return part
  }

  const forever = "console.log('up'); setInterval(() => {}, 1000)"

  it('lets others go first while the cores are busy, if it gives way', async context => {
    const autogroups = await readFile('/proc/self/autogroup', 'utf8').catch(() => '')
    if (autogroups === '') return context.skip('This system has no autogroups')
    const running = aPart(forever, { nice: niceValue({ follows: true }) })
    await running.start()
    await eventually(async () => {
      expect(await readFile(`/proc/${running.pid()}/autogroup`, 'utf8')).toContain('nice 5')
    })
  })

  it('is recorded while it runs, and forgotten when it was stopped', async () => {
    const running = aPart(forever)
    await running.start()
    expect(await livingProcesses(join(dir, 'run'))).toMatchObject([{ name: 'p', pid: running.pid() }])
    await running.stop()
    expect(running.pid()).toBeUndefined()
    expect(await livingProcesses(join(dir, 'run'))).toEqual([])
  })

  it('ends a process that does not answer in time, so that the next start begins with a new one', async () => {
    let isReady = false
    const silent = aPart(forever, {
      startTimeoutMs: 300,
      answers: async () => {
        if (!isReady) throw new Error('not yet')
      }
    })
    await expect(silent.start()).rejects.toThrow('p did not answer within 0.3 s')
    expect(silent.pid()).toBeUndefined()
    isReady = true
    await silent.start()
    expect(silent.pid()).toBeDefined()
  })

  it('reports a death by itself, and no other', async () => {
    const deaths: string[] = []
    const running = aPart(forever)
    running.onUnexpectedExit(how => deaths.push(how))
    await running.start()
    await running.kill()
    await running.start()
    process.kill(running.pid() ?? 0, 'SIGKILL')
    await eventually(() => expect(deaths).toEqual(['SIGKILL']))
  })

  it('says why it did not start, in the last words of its log', async () => {
    const broken = aPart("console.error('port is taken'); process.exit(3)", {
      answers: async () => {
        throw new Error('no answer yet')
      }
    })
    await expect(broken.start()).rejects.toThrow(/p ended while it started.*port is taken/s)
  })

  it('can be stopped while it is frozen', async () => {
    const running = aPart(forever)
    await running.start()
    await running.freeze()
    await running.stop()
    expect(running.pid()).toBeUndefined()
  })

  it('ends a process that a killed starter left, and never one that took over its pid', async () => {
    const running = aPart(forever)
    await running.start()
    const [record] = await livingProcesses(join(dir, 'run'))
    if (record === undefined) throw new Error('not recorded')
    await endProcess({ ...record, startTime: 'another time' }, 100)
    expect(running.pid()).toBeDefined()
    await endProcess(record, 2_000)
    await eventually(() => expect(running.pid()).toBeUndefined())
  })

  it.skipIf(process.platform !== 'linux')(
    'kills and freezes the children of a server of several processes',
    async () => {
      const child = `spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { detached: true })`
      const script = `const { spawn } = require('node:child_process'); console.log('up', ${child}.pid); ${forever}`
      const running = aPart(script, { withChildren: true })
      await running.start()
      const [, pid] = await eventually(async () => {
        const found = /up (\d+)/.exec(await readFile(join(dir, 'logs/p.log'), 'utf8'))
        if (found === null) throw new Error('no child yet')
        return found
      })
      const stateOf = async () =>
        /\) (\w)/.exec(await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ''))?.[1] ?? 'gone'
      await running.freeze()
      await eventually(async () => expect(await stateOf()).toBe('T'))
      await running.thaw()
      await eventually(async () => expect(await stateOf()).toMatch(/[SR]/))
      await running.kill()
      await eventually(async () => expect(await stateOf()).toMatch(/gone|Z/))
    }
  )
})
