import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, it, onTestFinished } from 'vitest'
import { usageOfTrees } from './process-trees.ts'

it.runIf(process.platform === 'linux')(
  'counts a process with all that it has started, whatever those are',
  async () => {
    const child = spawn('sh', ['-c', 'sleep 60 & sleep 60 & echo up; wait'], { detached: true })
    onTestFinished(() => void process.kill(-(child.pid ?? 0)))
    await once(child.stdout, 'data')
    const [tree, own, none] = usageOfTrees([child.pid ?? 0, process.pid, 2 ** 30])
    expect(tree?.pss).toBeGreaterThan(0)
    expect(tree?.rss).toBeGreaterThan(tree?.pss ?? 0)
    expect(own?.pss).toBeGreaterThan(tree?.pss ?? 0)
    // Node alone has taken more than a tick of CPU by now.
    expect(own?.cpuMs).toBeGreaterThan(tree?.cpuMs ?? 0)
    expect(none).toEqual({ pss: 0, rss: 0, cpuMs: 0 })
  }
)
