import { setTimeout as sleep } from 'node:timers/promises'
import type { Fault } from '../harness/fault.ts'
import { type Disk, fillDisk, whyNoSmallDisks } from '../harness/small-disks.ts'

const disk = (name: Disk): Pick<Fault, 'topology' | 'impossible' | 'inject'> => ({
  topology: { smallDisks: true },
  impossible: whyNoSmallDisks,
  async inject(lab, { quick, load }) {
    const [refusedBefore, logsBefore] = [load.refused(), lab.pipeline.logs.length]
    const free = await fillDisk(lab.pipeline.settings.dir, name)
    await sleep(quick ? 6_000 : 60_000)
    await free()
    const causeOverAt = Date.now()
    const [refused, said] = [load.refused() - refusedBefore, lab.pipeline.logs.slice(logsBefore)]
    const died = said.some(line => line.includes('kafka-1'))
    const observed =
      refused > 0 || died ? `full, ${refused} requests refused, ${died ? 'broker gone' : 'no part gone'}` : undefined
    return { observed, causeOverAt }
  }
})

export const disks: readonly Fault[] = [
  {
    name: 'mysql-disk-full',
    title: 'The disk of MySQL (binlog, orders and deliveries) is full for 60 s (quick: 6 s)',
    healWithinMs: 75_000,
    because: 'MySQL checks for free space only once a minute',
    ...disk('mysql')
  },
  {
    name: 'kafka-disk-full',
    title: 'The disk of the only broker is full for 60 s (quick: 6 s)',
    healWithinMs: 60_000,
    because: 'a broker without disk space ends, and the supervisor waits longer before each restart',
    ...disk('kafka')
  }
]
