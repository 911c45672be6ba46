import type { Fault } from '../harness/fault.ts'
import { absent } from './absent.ts'
import { abuse } from './abuse.ts'
import { clocks } from './clocks.ts'
import { consumers } from './consumers.ts'
import { data } from './data.ts'
import { disks } from './disks.ts'
import { kills } from './kills.ts'
import { network } from './network.ts'
import { orderService } from './order-service.ts'
import { postgres } from './postgres.ts'
import { quietOutbox } from './quiet.ts'
import { runbook } from './runbook.ts'
import { streaming } from './streaming.ts'

/** In the order in which they run: faults that share a pipeline are together, first those that read all events again. */
export const faults: readonly Fault[] = [
  ...kills,
  ...orderService,
  ...network,
  ...consumers,
  ...data,
  ...absent,
  ...streaming,
  ...abuse,
  ...quietOutbox,
  ...runbook,
  ...clocks,
  ...disks,
  ...postgres
].toSorted((one, other) => key(one).localeCompare(key(other)) || rank(one) - rank(other))

function rank({ rereadsAll = false }: Fault): number {
  return rereadsAll ? 0 : 1
}

function key({ topology = {} }: Fault): string {
  return JSON.stringify(topology)
}
