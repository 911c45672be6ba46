import { randomInt } from 'node:crypto'
import { expect, it } from 'vitest'
import { check } from './check.ts'
import { runSchedule } from './run-schedule.ts'
import { type Schedule, schedulesFrom } from './schedule.ts'
import { startTwoServices } from './two-services.ts'

// A failure gives the command that replays its schedule alone; the seed in the test's name replays all of them.
const seed = Number(process.env['OUTBOX_SEED'] ?? randomInt(2 ** 31))
const only = process.env['OUTBOX_SCHEDULE']
const count = Number(process.env['OUTBOX_SCHEDULES'] ?? 200)
const which = only === undefined ? `${count} random schedules` : `schedule ${only}`

// A schedule mostly waits for MySQL, so several pairs of services run at the same time.
const worlds = 4

it(`reserves never more than the limit and settles every order in ${which} (OUTBOX_SEED=${seed})`, async () => {
  const schedules = [...schedulesFrom(seed, count).entries()].filter(
    ([index]) => only === undefined || index === Number(only)
  )
  const each = Math.ceil(schedules.length / worlds)
  const shares = Array.from({ length: worlds }, (_, world) => schedules.slice(world * each, (world + 1) * each))
  await Promise.all(shares.filter(share => share.length > 0).map(runInOneWorld))
}, 900_000)

async function runInOneWorld(schedules: readonly (readonly [number, Schedule])[]): Promise<void> {
  const world = await startTwoServices()
  const customers: number[] = []
  for (const [index, schedule] of schedules) {
    const outcome = await runSchedule(world, schedule).catch((error: unknown) => String(error))
    const replay = `OUTBOX_SEED=${seed} OUTBOX_SCHEDULE=${index} npm test -- int customers-and-orders`
    if (typeof outcome === 'string') expect.fail(`${outcome}. Again: ${replay}. ${JSON.stringify(schedule)}`)
    customers.push(...outcome)
  }
  // What a later schedule delivered again must not have changed the orders of an earlier one.
  await check(world, customers)
  await world.stop()
}
