import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { ownFolder } from '@outbox-cdc/stack'
import { watchAtRest } from './at-rest.ts'

it.runIf(process.platform === 'linux')(
  'counts the CPU of each process apart, and that of the starter without what it has started',
  async () => {
    const dir = await mkdtemp(join(tmpdir(), 'at-rest-'))
    const child = spawn('sh', ['-c', 'while :; do :; done'])
    onTestFinished(() => void child.kill('SIGKILL'))
    onTestFinished(() => rm(dir, { recursive: true, force: true }))
    const forget = await ownFolder(join(dir, 'run')) // this process is the starter
    onTestFinished(forget)
    const stat = await readFile(`/proc/${child.pid}/stat`, 'utf8')
    const startTime = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
    await writeFile(join(dir, 'run/busy.json'), JSON.stringify({ name: 'busy', pid: child.pid, startTime }))

    const processes = await watchAtRest(dir, 500)
    const [busy, starter] = ['busy', 'starter'].map(name => processes.find(each => each.name === name))
    expect(processes).toHaveLength(2)
    expect(busy?.cpuPercent).toBeGreaterThan(0)
    expect(starter?.cpuPercent).toBeGreaterThanOrEqual(0)
    expect(starter?.pss).toBeGreaterThan(busy?.pss ?? Infinity)
  }
)
