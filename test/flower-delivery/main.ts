import { randomInt } from 'node:crypto'
import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { optionsOrExit, root } from '@outbox-cdc/pipeline'
import { startReport, wholeNumbers } from './command-line.ts'
import { crowdPayment } from './crowd.ts'
import { killUnderOrders } from './kills.ts'
import { replayAll } from './replays.ts'
import { reportCrowd, reportKills, reportReplays, reportSchedules } from './report.ts'
import { playSchedules } from './schedules.ts'
import { type Flower, startFlower } from './start-flower.ts'

// Flower delivery with everything real, broken under load.
const usage = `Usage: npm run measure:flower-delivery -- [options]

Starts flower-delivery on free ports and checks after each part that money, stock, deliveries and MyPage agree:

  1. random schedules of people, while services are killed and read their topics again
  2. every event sent again, and every topic read again from the beginning
  3. order and payment killed at random moments under orders
  4. users who order again and again from a slow payment that takes ten at a time, after ten seconds
     that don't count, in which the services warm up

  --schedules N     how many schedules (default 200; 0 leaves out parts 1 and 2)
  --kills N         how many kills (default 200)
  --users N         how many users (default 100)
  --seconds N       how long they order (default 60; 0 leaves them out)
  --seed N          repeats the plans of an earlier run

Exit code 1, with the logs kept, if something does not hold.`

const values = optionsOrExit(
  {
    schedules: { type: 'string', default: '200' },
    kills: { type: 'string', default: '200' },
    users: { type: 'string', default: '100' },
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string', default: String(randomInt(2 ** 31)) }
  },
  usage
)

const { seed, schedules, kills, users, seconds } = wholeNumbers(
  values,
  ['seed', 'schedules', 'kills', 'users', 'seconds'],
  { least: 0, most: Number.MAX_SAFE_INTEGER, usage }
)
// A process that has just started compiles its code first.
const warmUpSeconds = 10

const say = startReport(`seed ${seed}`)
const flower = await startFlower()
say('flower-delivery is up')
try {
  const report = await measure(flower)
  console.log(`\n${report.join('\n\n')}`)
} catch (error) {
  const folder = join(root, '.data/flower-delivery-faults')
  await cp(join(flower.pipeline.settings.dir, 'logs'), folder, { recursive: true })
  console.error(`✗ ${error instanceof Error ? error.message : String(error)}`)
  console.error(`Again: npm run measure:flower-delivery -- --seed ${seed}. Logs: ${folder}`)
  process.exitCode = 1
} finally {
  await flower.end()
}

async function measure(system: Flower): Promise<readonly string[]> {
  const report: string[] = []
  if (schedules > 0) {
    report.push(reportSchedules(await playSchedules(system, { seed, count: schedules, say })))
    say('every event comes again')
    report.push(reportReplays(await replayAll(system)))
  }
  if (kills > 0) report.push(reportKills(await killUnderOrders(system, { seed, count: kills, say })))
  if (seconds > 0) {
    say(`${users} users order for ${seconds} s, after ${warmUpSeconds} s that don't count`)
    report.push(reportCrowd(await crowdPayment(system, { seed, users, seconds, warmUpSeconds })))
  }
  return report
}
