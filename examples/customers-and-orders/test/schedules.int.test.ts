import { randomInt } from 'node:crypto'
import { expect, it } from 'vitest'
import { check, runSchedule } from './run-schedule.ts'
import { schedulesFrom } from './schedule.ts'
import { startTwoServices } from './two-services.ts'

// A failure gives the command that replays its schedule alone; the seed in the test's name replays all of them.
const seed = Number(process.env['OUTBOX_SEED'] ?? randomInt(2 ** 31))
const only = process.env['OUTBOX_SCHEDULE']
const count = Number(process.env['OUTBOX_SCHEDULES'] ?? 200)
const which = only === undefined ? `${count} random schedules` : `schedule ${only}`

it(`reserves never more than the limit and settles every order in ${which} (OUTBOX_SEED=${seed})`, async () => {
  const world = await startTwoServices()
  const customers: number[] = []
  for (const [index, schedule] of schedulesFrom(seed, count).entries()) {
    if (only !== undefined && index !== Number(only)) continue
    const replay = `OUTBOX_SEED=${seed} OUTBOX_SCHEDULE=${index} npm test -- int customers-and-orders`
    const run = runSchedule(world, schedule).catch((error: unknown) => String(error))
    const outcome = await run
    if (typeof outcome === 'string') expect.fail(`${outcome}. Again: ${replay}. ${JSON.stringify(schedule)}`)
    customers.push(...outcome)
  }
  // What a later schedule delivered again must not have changed the orders of an earlier one.
  await check(world, customers)
}, 900_000)
