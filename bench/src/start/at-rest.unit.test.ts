import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { watchAtRest } from './at-rest.ts'

async function record(runDir: string, name: string, script: string): Promise<void> {
  const child = spawn('sh', ['-c', script])
  onTestFinished(() => void child.kill('SIGKILL'))
  await once(child.stdout, 'data')
  const stat = await readFile(`/proc/${child.pid}/stat`, 'utf8')
  const startTime = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
  await writeFile(join(runDir, `${name}.json`), JSON.stringify({ name, pid: child.pid, startTime }))
}

it.runIf(process.platform === 'linux')(
  'counts the CPU that a process takes while it is watched, not what it took before',
  async () => {
    const dir = await mkdtemp(join(tmpdir(), 'at-rest-'))
    onTestFinished(() => rm(dir, { recursive: true, force: true }))
    await mkdir(join(dir, 'run'))
    const work = 'i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done'
    await record(join(dir, 'run'), 'done', `${work}; echo; read -r line`)
    await record(join(dir, 'run'), 'busy', 'echo; while :; do :; done')

    const processes = await watchAtRest(dir, 200)
    const cpuOf = (name: string) => processes.find(each => each.name === name)?.cpuPercent
    expect(processes).toHaveLength(2)
    expect(cpuOf('done')).toBe(0)
    expect(cpuOf('busy')).toBeGreaterThan(0)
  }
)
