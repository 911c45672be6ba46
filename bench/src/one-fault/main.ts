import { optionsOrExit } from '@outbox-cdc/pipeline'
import { describeHost } from '../lab/machine.ts'
import { type Plan, problemsOf } from './figures.ts'
import { measureOneFault } from './measure.ts'
import { saveResult, writeReport } from './report.ts'

// The same purchase by event and by request, while delivery is down for a while.
const usage = `npm run measure:one-fault     measures for 110 s; the result goes to bench/results, the picture and its figures to examples/shop
  --quick                     measures for 50 s; result and picture go to .data/one-fault-quick
  --report                    measures nothing; draws and writes from the last result`

const flag = { type: 'boolean', default: false } as const
const { quick, report } = optionsOrExit({ quick: flag, report: flag }, usage)
const plan: Plan = quick
  ? { perSecond: 10, seconds: 30, downFrom: 10, downTo: 20 }
  : { perSecond: 10, seconds: 90, downFrom: 30, downTo: 60 }

if (!report) {
  const machine = describeHost()
  const say = (line: string) => console.log(line)
  const progress = async <T>(step: string, work: () => Promise<T>) => {
    say(step)
    return work()
  }
  const measured = await measureOneFault(plan, { progress, say })
  await saveResult({ measuredAt: new Date().toISOString(), machine, plan, ...measured }, quick)
  for (const problem of problemsOf(measured)) {
    console.error(`✗ ${problem}`)
    process.exitCode = 1
  }
}
console.log(await writeReport(quick))
